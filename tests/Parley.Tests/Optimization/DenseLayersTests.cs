using System.Numerics.Tensors;
using Parley.Inference;
using Parley.Inference.Kernels;
using Parley.Models;
using Parley.Models.Onnx;

namespace Parley.Tests.Optimization;

/// <summary>Densely connected layers as the project's own operator computes them, against those of ONNX Runtime.</summary>
public sealed class DenseLayersTests : RewrittenNetworks
{
    private const int Hidden = 8;

    public DenseLayersTests() => Assert.SkipUnless(OwnOperators.AreSupported, "This processor has no AVX2 or no FMA, without which the project's own operators do not run.");

    [Theory]
    [InlineData(16, 8, 16, 3, 1)]
    [InlineData(20, 12, 24, 3, 2)] // channels that fill no whole blocks
    [InlineData(32, 32, 64, 5, 1)]
    [InlineData(9, 5, 8, 1, 1)]
    public void They_give_nearly_the_same_numbers(int channels, int growth, int bottleneck, int taps, int dilation)
    {
        Sizes sizes = new(channels, growth, bottleneck, taps, dilation);
        string rewritten = Rewrite(Graph(sizes, layers: 3), DenseLayers.Apply, expected: 3);

        OnnxModel.Read(rewritten).Nodes.ShouldHaveSingleItem().Operator.ShouldBe("DenseLayers");
        int outputs = channels + (3 * growth);
        foreach (int frames in (ReadOnlySpan<int>)[1, 4, 7, 74])
        {
            float[] input = Input(2, channels, frames, frames);
            float[] actual = RunOn(2, rewritten, input, 2, channels, frames), expected = RunOn(1, Original, input, 2, channels, frames);
            actual.Length.ShouldBe(expected.Length);
            for (int window = 0; window < 2; window++)
            {
                Range read = (window * outputs * frames)..(((window * outputs) + channels) * frames), found = read.End..((window + 1) * outputs * frames);
                actual[read].ShouldBe(expected[read]);
                TensorPrimitives.CosineSimilarity(actual.AsSpan(found), expected.AsSpan(found)).ShouldBeInRange(0.9995f, 0.9999999f, $"{frames} frames");
            }
        }
    }

    [Theory]
    [InlineData(16, 8, 40, false)]
    [InlineData(20, 12, 27, true)]
    public void A_transition_behind_them_is_computed_with_them(int channels, int growth, int outputs, bool isCutOff)
    {
        string rewritten = Rewrite(Graph(new Sizes(channels, growth, 16, 3, 1), layers: 2, transition: outputs, isCutOff: isCutOff), DenseLayers.Apply, expected: 2);

        OnnxModel.Read(rewritten).Nodes.ShouldHaveSingleItem().Operator.ShouldBe("DenseLayers");
        foreach (int frames in (ReadOnlySpan<int>)[1, 30])
        {
            float[] input = Input(2, channels, frames, frames), actual = Run(rewritten, input, 2, channels, frames), expected = Run(Original, input, 2, channels, frames);
            actual.Length.ShouldBe(expected.Length);
            TensorPrimitives.CosineSimilarity(actual, expected).ShouldBeInRange(0.9995f, 0.9999999f, $"{frames} frames");
        }
    }

    [Fact]
    public void Values_that_are_all_large_are_multiplied_exactly_too()
    {
        Sizes sizes = new(32, 16, 32, 3, 1);
        string rewritten = Rewrite(Graph(sizes, layers: 2), DenseLayers.Apply, expected: 2);
        float[] loud = [.. Enumerable.Range(0, 32 * 20).Select(_ => 7f)];
        TensorPrimitives.CosineSimilarity(Run(rewritten, loud, 1, 32, 20).AsSpan(32 * 20), Run(Original, loud, 1, 32, 20).AsSpan(32 * 20)).ShouldBeGreaterThan(0.999f);
    }

    [Fact]
    public void A_window_does_not_depend_on_its_neighbours()
    {
        Sizes sizes = new(16, 8, 16, 3, 1);
        string rewritten = Rewrite(Graph(sizes, layers: 2), DenseLayers.Apply, expected: 2);
        float[] quiet = Input(1, 16, 30, 5), damaged = [.. quiet.Select(value => 100 * value)];
        (damaged[3], damaged[40]) = (float.NaN, float.PositiveInfinity);
        Run(rewritten, [.. damaged, .. quiet], 2, 16, 30)[(32 * 30)..].ShouldBe(Run(rewritten, quiet, 1, 16, 30));
    }

    [Fact]
    public void What_others_read_stays_there()
    {
        Sizes sizes = new(16, 8, 16, 3, 1);
        GraphFile graph = Graph(sizes, layers: 2).Node("Neg", ["c1"], ["z"]).Output("z", GraphFile.Float, "B", "24", "T");
        OnnxModel model = OnnxModel.Read(Rewrite(graph, DenseLayers.Apply, expected: 2));
        model.Nodes.Count(node => node.Operator == "Concat").ShouldBe(1);
        TensorPrimitives.CosineSimilarity(Run(model.Path, Input(1, 16, 30, 5), 1, 16, 30), Run(Original, Input(1, 16, 30, 5), 1, 16, 30)).ShouldBeGreaterThan(0.999f);
    }

    [Fact]
    public void Others_stay_as_they_are()
    {
        Sizes sizes = new(16, 8, 16, 3, 1);
        Rewrite(Graph(sizes with { Bottleneck = 12 }, layers: 1), DenseLayers.Apply, expected: 0); // no whole blocks
        Rewrite(Graph(sizes, layers: 1, axis: 2), DenseLayers.Apply, expected: 0); // another axis is put together
        Rewrite(Graph(sizes, layers: 1, context: "p1"), DenseLayers.Apply, expected: 0); // more than one segment
        Rewrite(Graph(sizes, layers: 1, mask: "Tanh"), DenseLayers.Apply, expected: 0);
    }

    [Fact]
    public void Damage_anywhere_is_named_or_harmless()
        => DamagedNetworks.AreNamedOrHarmless(Graph(new Sizes(8, 8, 8, 1, 1), layers: 2, transition: 8), Original, seed: 9, static (model, edit) => DenseLayers.Apply(model, edit));

    [Fact]
    public void Convolutions_with_one_name_for_their_outcome_are_no_trap()
    {
        OnnxModel model = Read(Graph(new Sizes(8, 8, 8, 1, 1), layers: 1).Node("Conv", ["r1", "wn1", "bn1"], ["h1"]));
        DenseLayers.Apply(model, new OnnxEdit(model)).ShouldBe(1);
    }

    [Theory]
    [InlineData("layers", 0)]
    [InlineData("bottleneck", 1 << 20)]
    [InlineData("before", -1)]
    public void A_node_that_says_something_else_is_refused(string attribute, long value)
        => Should.Throw<ModelFileException>(() => Run(Node(attribute, value).Save(Original), new float[16 * 9], 1, 16, 9)).Message.ShouldContain("out of range");

    [Theory]
    [InlineData("layers", 2)]
    [InlineData("growth", 9)]
    [InlineData("bottleneck", 12)]
    [InlineData("hidden", 9)]
    [InlineData("taps", 4)]
    [InlineData("transition", 8)]
    public void Inputs_that_do_not_belong_together_are_refused(string attribute, long value)
        => Should.Throw<InferenceException>(() => Run(Node(attribute, value).Save(Original), new float[16 * 9], 1, 16, 9)).Message.ShouldContain("shapes that do not belong together");

    [Fact]
    public void Inputs_of_other_shapes_are_refused()
        => Should.Throw<InferenceException>(() => Run(Node("layers", 1).Save(Original), new float[16 * 9], 16, 9)).Message.ShouldContain("no shape of an input");

    private static float[] Input(int windows, int channels, int frames, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, windows * channels * frames).Select(_ => (4 * random.NextSingle()) - 2)];
    }

    private static GraphFile Graph(Sizes sizes, int layers, int axis = 1, string context = "m1", string mask = "Sigmoid", int transition = 0, bool isCutOff = false)
    {
        Random random = new(7);
        (int channels, int growth, int bottleneck, int taps, int dilation) = sizes;
        GraphFile graph = new GraphFile()
            .Input("x", GraphFile.Float, "B", $"{channels}", "T")
            .Output("y", GraphFile.Float, "B", "C", "T2");
        string input = "x";
        for (int i = 1; i <= layers; i++)
        {
            string output = i == layers && transition == 0 ? "y" : $"c{i}";
            graph = graph
                .Tensor($"gamma{i}", GraphFile.Float, Values(channels, 0.5f), channels)
                .Tensor($"beta{i}", GraphFile.Float, Values(channels, -0.5f), channels)
                .Tensor($"mean{i}", GraphFile.Float, Values(channels, -0.5f), channels)
                .Tensor($"variance{i}", GraphFile.Float, Values(channels, 0.5f), channels)
                .Tensor($"wn{i}", GraphFile.Float, Weights(bottleneck, channels), bottleneck, channels, 1)
                .Tensor($"bn{i}", GraphFile.Float, Values(bottleneck, 0.5f), bottleneck)
                .Tensor($"wl{i}", GraphFile.Float, Weights(growth, bottleneck * taps), growth, bottleneck, taps)
                .Tensor($"w1{i}", GraphFile.Float, Weights(Hidden, bottleneck), Hidden, bottleneck, 1)
                .Tensor($"b1{i}", GraphFile.Float, Values(Hidden, -0.5f), Hidden)
                .Tensor($"w2{i}", GraphFile.Float, Weights(growth, Hidden), growth, Hidden, 1)
                .Tensor($"b2{i}", GraphFile.Float, Values(growth, -0.5f), growth)
                .Node("BatchNormalization", [input, $"gamma{i}", $"beta{i}", $"mean{i}", $"variance{i}"], [$"n{i}"])
                .Node("Relu", [$"n{i}"], [$"r{i}"])
                .Node("Conv", [$"r{i}", $"wn{i}", $"bn{i}"], [$"s{i}"])
                .Node("Relu", [$"s{i}"], [$"h{i}"])
                .Node("ReduceMean", [$"h{i}"], [$"m{i}"], GraphFile.Numbers("axes", -1))
                .Node("ReduceMean", [$"h{i}"], [$"p{i}"], GraphFile.Numbers("axes", -1))
                .Node("Add", [$"m{i}", i == 1 ? context : $"m{i}"], [$"a{i}"])
                .Node("Conv", [$"a{i}", $"w1{i}", $"b1{i}"], [$"d{i}"])
                .Node("Relu", [$"d{i}"], [$"e{i}"])
                .Node("Conv", [$"e{i}", $"w2{i}", $"b2{i}"], [$"f{i}"])
                .Node(mask, [$"f{i}"], [$"g{i}"])
                .Node("Conv", [$"h{i}", $"wl{i}"], [$"l{i}"], GraphFile.Numbers("dilations", dilation), GraphFile.Numbers("pads", (taps - 1) * dilation / 2, (taps - 1) * dilation / 2))
                .Node("Mul", [$"l{i}", $"g{i}"], [$"k{i}"])
                .Node("Concat", [input, $"k{i}"], [output], GraphFile.Number("axis", axis));
            (input, channels) = (output, channels + growth);
        }

        if (transition == 0)
            return graph;
        graph = graph
            .Tensor("gamma", GraphFile.Float, Values(channels, 0.5f), channels)
            .Tensor("beta", GraphFile.Float, Values(channels, -0.5f), channels)
            .Tensor("mean", GraphFile.Float, Values(channels, -0.5f), channels)
            .Tensor("variance", GraphFile.Float, Values(channels, 0.5f), channels)
            .Tensor("w", GraphFile.Float, Weights(transition, channels), transition, channels, 1)
            .Node("BatchNormalization", [input, "gamma", "beta", "mean", "variance"], ["n"])
            .Node("Relu", ["n"], ["r"])
            .Node("Conv", ["r", "w"], [isCutOff ? "o" : "y"]);
        return isCutOff ? graph.Node("Relu", ["o"], ["y"]) : graph;

        // So that values stay of one size from layer to layer.
        float[] Weights(int outputs, int inputs) => [.. Values(outputs * inputs, -0.5f).Select(weight => 3 * weight / MathF.Sqrt(inputs))];

        float[] Values(int count, float least) => [.. Enumerable.Range(0, count).Select(_ => least + random.NextSingle())];
    }

    // One layer from 16 to 24 channels by 16, with all weights 0.
    private static GraphFile Node(string attribute, long value)
    {
        Dictionary<string, long> attributes = new()
        {
            ["layers"] = 1,
            ["growth"] = 8,
            ["bottleneck"] = 16,
            ["hidden"] = Hidden,
            ["taps"] = 3,
            ["dilation"] = 1,
            ["before"] = 1,
            ["transition"] = 0,
            ["relu"] = 0,
        };
        attributes[attribute] = value;
        DenseSizes sizes = new(16, 1, 8, 16, Hidden, 3, Transition: 0);
        return new GraphFile()
            .Input("x", GraphFile.Float)
            .Output("y", GraphFile.Float, "B", "C", "T")
            .Tensor("n", GraphFile.Float, new float[sizes.AllNumbers()], sizes.AllNumbers())
            .Tensor("w", GraphFile.UInt8, new byte[sizes.AllBytes()], sizes.AllBytes())
            .Node("DenseLayers", "parley", ["x", "n", "w"], ["y"], [.. attributes.Select(pair => GraphFile.Number(pair.Key, pair.Value))]);
    }

    private sealed record Sizes(int Channels, int Growth, int Bottleneck, int Taps, int Dilation);
}
