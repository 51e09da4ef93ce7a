using Parley.Inference;
using Parley.Inference.Kernels;
using Parley.Models.Onnx;

namespace Parley.Tests.Optimization;

/// <summary>Normalisations as the project's own operator computes them, against those of ONNX Runtime.</summary>
public sealed class NormalizationsTests : RewrittenNetworks
{
    public NormalizationsTests() => Assert.SkipUnless(OwnOperators.AreSupported, "This processor has no AVX2, without which the project's own operators do not run.");

    [Theory]
    [InlineData(512)]
    [InlineData(560)]
    [InlineData(19)]
    [InlineData(3)]
    public void They_give_nearly_the_same_numbers(int width)
    {
        string rewritten = Rewrite(Graphs.Normalization(width), expected: 1);

        OnnxModel.Read(rewritten).Nodes.ShouldHaveSingleItem().Inputs.ShouldBe(["x", "weights", "bias", "y_epsilon"]);
        foreach (int rows in (ReadOnlySpan<int>)[1, 7, 8, 41])
        {
            float[] input = Rows(2 * rows, width);
            RunOn(2, rewritten, input, 2, rows, width).Zip(Run(Original, input, 2, rows, width), (one, other) => Math.Abs(one - other)).Max().ShouldBeLessThanOrEqualTo(1e-5f, $"{rows} rows");
        }
    }

    [Fact]
    public void No_rows_give_no_rows()
        => Run(Rewrite(Graphs.Normalization(16), expected: 1), [], 2, 0, 16).ShouldBeEmpty();

    [Fact]
    public void Others_stay_as_they_are()
    {
        Rewrite(Graphs.Normalization(16, exponent: 3), expected: 0);
        Rewrite(Graphs.Normalization(16, axis: 1), expected: 0);
        Rewrite(Graphs.Normalization(16).Node("Relu", ["scaled"], ["z"]).Output("z", GraphFile.Float, "B", "T", "16"), expected: 0);
    }

    [Fact]
    public void Inputs_that_do_not_belong_together_are_refused()
    {
        string file = new GraphFile()
            .Input("x", GraphFile.Float, "B", "T", "17")
            .Output("y", GraphFile.Float, "B", "T", "17")
            .Tensor("w", GraphFile.Float, new float[16], 16)
            .Tensor("epsilon", GraphFile.Float, [1e-5f], 1)
            .Node("RowNormalization", "parley", ["x", "w", "w", "epsilon"], ["y"])
            .Save(Original);

        Should.Throw<InferenceException>(() => Run(file, new float[17], 1, 1, 17)).Message.ShouldContain("shapes that do not belong together");
    }

    private static float[] Rows(int count, int width)
    {
        Random random = new(12);
        return [.. Enumerable.Range(0, count * width).Select(_ => (random.NextSingle() * 3) - 1)];
    }

    private string Rewrite(GraphFile graph, int expected) => Rewrite(graph, Normalizations.Apply, expected);
}
