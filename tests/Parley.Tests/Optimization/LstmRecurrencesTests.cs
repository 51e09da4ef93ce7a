using Parley.Inference;
using Parley.Inference.Kernels;
using Parley.Models;
using Parley.Models.Onnx;

namespace Parley.Tests.Optimization;

/// <summary>LSTM layers as the project's own operator computes them, in several stretches at once, against those of ONNX Runtime.</summary>
public sealed class LstmRecurrencesTests : RewrittenNetworks
{
    // Several times what single steps differ by.
    private const float Tolerance = 1e-5f;

    public LstmRecurrencesTests() => Assert.SkipUnless(OwnOperators.AreSupported, "This processor has no AVX2, without which the project's own operators do not run.");

    [Theory]
    [InlineData(6, true, true, 0)]
    [InlineData(64, true, true, 3)]
    [InlineData(33, false, false, 1)]
    public void They_give_nearly_the_same_numbers(int units, bool isBothWays, bool hasBias, int batchOfStates)
    {
        string rewritten = Rewrite(Graphs.Lstm(units, isBothWays, hasBias, batchOfStates), LstmRecurrences.Apply, expected: 1);

        OnnxModel model = OnnxModel.Read(rewritten);
        model.Nodes.Select(node => node.Operator).ShouldBe(["MatMul", "LstmRecurrence"]);
        model.Tensors.Select(tensor => tensor.Name).Intersect(["w", "r", "b"]).ShouldBeEmpty();
        foreach (int batch in batchOfStates > 0 ? [batchOfStates] : (int[])[1, 3])
        {
            foreach (int steps in (int[])[1, 30, 161, 250])
                Run(rewritten, steps, batch).Zip(Run(Original, steps, batch), (one, other) => Math.Abs(one - other)).Max().ShouldBeLessThan(Tolerance, $"{steps} steps, {batch} sequences");
        }
    }

    [Fact]
    public void A_layer_that_forgets_nothing_gives_the_same_numbers()
    {
        // The gate that forgets is open, so that cells are sums of all that came before; stretches that begin with nothing end elsewhere.
        string rewritten = Rewrite(Graphs.Lstm(6, isBothWays: true, hasBias: true, batchOfStates: 0, forgetBias: 20), LstmRecurrences.Apply, expected: 1);

        Run(rewritten, 400, 1).Zip(Run(Original, 400, 1), (one, other) => Math.Abs(one - other)).Max().ShouldBeLessThan(1e-4f);
    }

    [Fact]
    public void States_of_any_size_and_what_is_no_number_go_through()
    {
        string rewritten = Rewrite(Graphs.Lstm(), LstmRecurrences.Apply, expected: 1);
        foreach (float value in (float[])[0, 1e-30f, -1e4f, 1e30f])
        {
            float[] input = [.. Enumerable.Repeat(value, 4 * 5)];
            Run(rewritten, input, 4, 1, 5).Zip(Run(Original, input, 4, 1, 5), (one, other) => Math.Abs(one - other)).Max().ShouldBeLessThan(Tolerance, $"{value}");
        }

        float[] none = [.. Enumerable.Repeat(0f, 4 * 5)];
        none[^1] = float.NaN;
        Run(rewritten, none, 4, 1, 5).ShouldContain(float.NaN);
        Run(rewritten, none[..10], 2, 1, 5).ShouldNotContain(float.NaN);
    }

    [Fact]
    public void Others_stay_as_they_are()
    {
        Rewrite(Graphs.Lstm("input_forget"), LstmRecurrences.Apply, expected: 0);
        Rewrite(Lstm(["x", "w", "r"], ["y"], GraphFile.Word("direction", "reverse")), LstmRecurrences.Apply, expected: 0);
        Rewrite(Lstm(["x", "w", "r", "", "lengths"], ["y"]), LstmRecurrences.Apply, expected: 0);
        Rewrite(Lstm(["x", "w", "r", "", "", "", "", "peepholes"], ["y"]), LstmRecurrences.Apply, expected: 0);
        Rewrite(Lstm(["x", "w", "r"], ["", "y"]), LstmRecurrences.Apply, expected: 0);
        Rewrite(Lstm(["x", "w", "r"], ["y", "last"]).Output("last", GraphFile.Float, "1", "N", "6"), LstmRecurrences.Apply, expected: 0);
        Rewrite(Lstm(["x", "w", "r"], ["y", "last"]).Node("Relu", ["last"], ["z"]), LstmRecurrences.Apply, expected: 0);
        Rewrite(Lstm(["x", "w", "w"], ["y"]), LstmRecurrences.Apply, expected: 0);
        Rewrite(Lstm(["x", "w", "x"], ["y"]), LstmRecurrences.Apply, expected: 0);

        Rewrite(Lstm(["x", "w", "r", ""], ["y", "", "last"]), LstmRecurrences.Apply, expected: 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 20)]
    public void A_node_that_says_something_else_is_refused(long units)
        => Should.Throw<ModelFileException>(() => RunNode(Node(units))).Message.ShouldContain("out of range");

    [Theory]
    [InlineData(17, 64, 1, 1)] // units
    [InlineData(16, 63, 1, 1)] // products
    [InlineData(16, 64, 2, 1)] // directions
    [InlineData(16, 64, 1, 2)] // sequences that start somewhere
    public void Inputs_that_do_not_belong_together_are_refused(long units, int columns, int directions, int sequences)
        => Should.Throw<InferenceException>(() => RunNode(Node(units, columns, directions, sequences), columns)).Message.ShouldContain("shapes that do not belong together");

    [Fact]
    public void Nothing_in_is_nothing_out() => RunNode(Node(16), steps: 0).ShouldBeEmpty();

    private static float[] Run(string file, int steps, int batch)
    {
        Random random = new(8);
        float[] input = [.. Enumerable.Range(0, steps * batch * 5).Select(_ => (random.NextSingle() - 0.5f) * 4)];
        return RunOn(2, file, input, steps, batch, 5);
    }

    private static GraphFile Lstm(string[] inputs, string[] outputs, params byte[][] attributes) => new GraphFile()
        .Input("x", GraphFile.Float, "T", "N", "5")
        .Input("lengths", GraphFile.Int32, "N")
        .Input("peepholes", GraphFile.Float, "1", "18")
        .Output("y", GraphFile.Float, "T", "1", "N", "6")
        .Tensor("w", GraphFile.Float, new float[24 * 5], 1, 24, 5)
        .Tensor("r", GraphFile.Float, new float[24 * 6], 1, 24, 6)
        .Node("LSTM", inputs, outputs, [GraphFile.Number("hidden_size", 6), .. attributes]);

    private static GraphFile Node(long units, int columns = 64, int directions = 1, int sequences = 1) => new GraphFile()
        .Input("x", GraphFile.Float, "T", "N", $"{columns}")
        .Output("y", GraphFile.Float, "T", "D", "N", "H")
        .Tensor("r", GraphFile.Float, new float[2 * 16 * 32], 1, 2, 16, 32)
        .Tensor("bias", GraphFile.Float, new float[64 * directions], directions, 64)
        .Tensor("h", GraphFile.Float, new float[16 * sequences], 1, sequences, 16)
        .Node("LstmRecurrence", "parley", ["x", "r", "bias", "h"], ["y"], GraphFile.Number("hidden_size", units));

    private float[] RunNode(GraphFile graph, int columns = 64, int steps = 2) => Run(graph.Save(Original), new float[steps * columns], steps, 1, columns);
}
