using System.Numerics.Tensors;
using Parley.Inference;
using Parley.Inference.Kernels;
using Parley.Models;
using Parley.Models.Onnx;

namespace Parley.Tests.Optimization;

/// <summary>Convolutions over two axes as the project's own operator computes them, against those of ONNX Runtime.</summary>
public sealed class PlaneConvolutionsTests : RewrittenNetworks
{
    public PlaneConvolutionsTests() => Assert.SkipUnless(OwnOperators.AreSupported, "This processor has no AVX2, without which the project's own operators do not run.");

    [Theory]
    [InlineData(1, 32, 2)]
    [InlineData(8, 8, 1)]
    [InlineData(16, 24, 3)]
    public void A_residual_block_gives_the_same_numbers(int inputs, int channels, int stride)
    {
        string rewritten = Rewrite(Graphs.Planes(inputs, channels, stride), expected: 5);

        OnnxModel model = OnnxModel.Read(rewritten);
        model.Nodes.Select(node => node.Operator).ShouldBe(["Transpose", .. Enumerable.Repeat(PlaneConvolutions.Operator, 5), "Transpose"]);
        model.Tensors.Where(tensor => tensor.Dims.Count == 4).ShouldAllBe(tensor => tensor.Name.EndsWith("_arranged"));
        foreach ((int height, int width) in (ReadOnlySpan<(int, int)>)[(1, 1), (4, 8), (3, 5), (21, 13), (10, 70)])
        {
            float[] expected = Run(Original, inputs, height, width), actual = Run(rewritten, inputs, height, width);
            actual.Length.ShouldBe(expected.Length);
            (TensorPrimitives.Distance(actual, expected) / TensorPrimitives.Norm(expected)).ShouldBeLessThan(1e-5f, $"{height} x {width}");
        }
    }

    [Fact]
    public void Others_read_channels_first()
    {
        GraphFile graph = Graphs.Planes(8, 16, 2).Node("Sigmoid", ["b"], ["z"]).Output("z", GraphFile.Float, "N", "16", "H2", "W");

        string rewritten = Rewrite(graph, expected: 5);

        OnnxModel.Read(rewritten).Nodes.Count(node => node.Operator == "Transpose").ShouldBe(3);
        TensorPrimitives.Distance(Run(rewritten, 8, 9, 7), Run(Original, 8, 9, 7)).ShouldBeLessThan(1e-4f);
    }

    [Theory]
    [InlineData(16, 16, 1, "pads", 1, 1, 1, 1)] // not of three by three
    [InlineData(16, 16, 3, "pads", 1, 1, 1, 0)]
    [InlineData(16, 16, 3, "strides", 1, 2)]
    [InlineData(16, 16, 3, "dilations", 1, 2)]
    [InlineData(16, 16, 5, "pads", 2, 2, 2, 2)]
    [InlineData(16, 20, 3, "pads", 1, 1, 1, 1)] // no eights
    [InlineData(20, 16, 3, "pads", 1, 1, 1, 1)]
    [InlineData(1, 16, 3, "pads", 1, 1, 1, 1)] // gains nothing by itself
    public void Others_stay_as_they_are(int inputs, int outputs, int size, string attribute, params int[] values)
        => Rewrite(
            new GraphFile()
                .Input("x", GraphFile.Float, "N", $"{inputs}", "H", "W")
                .Output("y", GraphFile.Float, "N", $"{outputs}", "H2", "W2")
                .Tensor("w", GraphFile.Float, new float[outputs * inputs * size * size], outputs, inputs, size, size)
                .Node("Conv", ["x", "w"], ["y"], GraphFile.Numbers(attribute, [.. values.Select(value => (long)value)])),
            expected: 0);

    [Fact]
    public void A_sum_with_something_else_stays_a_sum()
    {
        GraphFile graph = new GraphFile()
            .Input("x", GraphFile.Float, "N", "8", "H", "W")
            .Output("y", GraphFile.Float, "N", "8", "H", "W")
            .Tensor("w", GraphFile.Float, [.. Enumerable.Range(0, 8 * 8 * 9).Select(i => MathF.Sin(i))], 8, 8, 3, 3)
            .Tensor("s", GraphFile.Float, [5], 1)
            .Node("Conv", ["x", "w"], ["c"], GraphFile.Numbers("pads", 1, 1, 1, 1))
            .Node("Add", ["c", "s"], ["d"])
            .Node("Relu", ["d"], ["y"]);

        string rewritten = Rewrite(graph, expected: 1);

        TensorPrimitives.Distance(Run(rewritten, 8, 6, 6), Run(Original, 8, 6, 6)).ShouldBeLessThan(1e-4f);
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(4, 1, 0)]
    [InlineData(3, 0, 0)]
    [InlineData(3, 1, 2)]
    public void A_node_that_says_something_else_is_refused(long size, long stride, long relu)
        => Should.Throw<ModelFileException>(() => Run(Node(size, stride, relu).Save(Original), 6, 4, 8)).Message.ShouldContain("out of range");

    [Theory]
    [InlineData(3, 1, 8, 6, 8, 6, 16)] // channels
    [InlineData(1, 1, 8, 36, 8, 6, 8)] // size
    [InlineData(3, 2, 8, 36, 8, 6, 8)] // rows are stepped over, which four at a time do not
    [InlineData(3, 1, 8, 35, 8, 6, 8)] // no known number of matrices
    [InlineData(3, 1, 8, 1, 8, 6, 8)] // fewer rows than positions
    [InlineData(3, 1, 12, 36, 8, 6, 8)] // no eights
    [InlineData(3, 1, 8, 36, 8, 7, 8)] // what is added is of another height
    [InlineData(3, 1, 8, 36, 8, 0, 8)]
    public void Inputs_that_do_not_belong_together_are_refused(long size, long stride, int outputs, int matrices, int depth, int added, int channels)
        => Should.Throw<InferenceException>(() => Run(Node(size, stride, 0, outputs, matrices, depth, added).Save(Original), 6, 4, channels)).Message.ShouldContain("shape");

    [Fact]
    public void Damage_anywhere_is_named_or_harmless()
        => DamagedNetworks.AreNamedOrHarmless(Graphs.Planes(8, 8, 2), Original, seed: 6, static (model, edit) => PlaneConvolutions.Apply(model, edit));

    // Reads [2, 6, 4, 8] if all is right.
    private static GraphFile Node(long size, long stride, long relu, int outputs = 8, int matrices = 36, int depth = 8, int added = 6) => new GraphFile()
        .Input("x", GraphFile.Float, "N", "H", "W", "C")
        .Output("y", GraphFile.Float, "N", "H2", "W", $"{outputs}")
        .Tensor("w", GraphFile.Float, new float[matrices * depth * 16], matrices, 1, depth, 16)
        .Tensor("b", GraphFile.Float, new float[outputs], outputs)
        .Tensor("a", GraphFile.Float, new float[2 * added * 4 * outputs], 2, added, 4, outputs)
        .Node(PlaneConvolutions.Operator, "parley", ["x", "w", "b", "a"], ["y"], GraphFile.Number("size", size), GraphFile.Number("stride", stride), GraphFile.Number("relu", relu));

    private static float[] Run(string file, params ReadOnlySpan<int> axes)
    {
        Random random = new(8);
        float[] input = [.. Enumerable.Range(0, 2 * axes[0] * axes[1] * axes[2]).Select(_ => random.NextSingle() - 0.5f)];
        return RunOn(2, file, input, 2, axes[0], axes[1], axes[2]);
    }

    private string Rewrite(GraphFile graph, int expected) => Rewrite(graph, PlaneConvolutions.Apply, expected);
}
