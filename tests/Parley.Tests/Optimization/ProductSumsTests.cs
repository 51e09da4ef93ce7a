using Parley.Inference;
using Parley.Inference.Kernels;
using Parley.Models.Onnx;

namespace Parley.Tests.Optimization;

/// <summary>Sums that packed products make themselves, against those of ONNX Runtime.</summary>
public sealed class ProductSumsTests : RewrittenNetworks
{
    public ProductSumsTests() => Assert.SkipUnless(OwnOperators.AreSupported, "This processor has no AVX2, without which the project's own operators do not run.");

    [Theory]
    [InlineData(16, 1, 1)]
    [InlineData(33, 2, 2)]
    [InlineData(40, 3, 2)]
    public void They_are_the_same_to_the_bit(int width, int sums, int expected)
    {
        string rewritten = Rewrite(Graph(width, sums), ProductSums.Apply, expected);

        OnnxModel.Read(rewritten).Nodes.Count.ShouldBe(2 + sums - expected);
        foreach (int rows in (ReadOnlySpan<int>)[1, 4, 9])
            RunOn(2, rewritten, Rows(rows, width), 1, rows, width).ShouldBe(Run(Original, Rows(rows, width), 1, rows, width), $"{rows} rows");
    }

    [Fact]
    public void Others_stay_as_they_are()
    {
        Rewrite(Graph(16, sums: 1, relu: 1), ProductSums.Apply, expected: 0);
        Rewrite(Graph(16, sums: 1).Node("Relu", ["sum0"], ["z"]).Output("z", GraphFile.Float, "B", "N", "16"), ProductSums.Apply, expected: 0);
        Rewrite(Graph(16, sums: 1, addend: "bias"), ProductSums.Apply, expected: 0);
    }

    [Fact]
    public void Addends_of_other_shapes_are_refused()
    {
        string rewritten = Rewrite(Graph(16, sums: 1, addend: "first"), ProductSums.Apply, expected: 1);
        Should.Throw<InferenceException>(() => Run(rewritten, Rows(2, 16), 1, 2, 16)).Message.ShouldContain("addends of other shapes");
    }

    // A packed product of x, and sums with what a Relu makes of x behind it.
    private static GraphFile Graph(int width, int sums, int relu = 0, string addend = "positive")
    {
        Random random = new(14);
        byte[] matrix = [.. Enumerable.Range(0, width * width).Select(_ => (byte)random.Next(129))], packed = PackedMatrix.Pack(matrix, width, 0);
        GraphFile graph = new GraphFile()
            .Input("x", GraphFile.Float, "B", "N", $"{width}")
            .Output("y", GraphFile.Float, "B", "N", $"{width}")
            .Tensor("weights", GraphFile.UInt8, packed, PackedMatrix.Shape(width, width))
            .Tensor("scales", GraphFile.Float, [.. Enumerable.Range(0, width).Select(_ => random.NextSingle())], width)
            .Tensor("zero", GraphFile.UInt8, [.. Enumerable.Repeat((byte)64, width)], width)
            .Tensor("bias", GraphFile.Float, [.. Enumerable.Range(0, width).Select(_ => random.NextSingle())], width)
            .Tensor("squares", GraphFile.Float, PackedMatrix.Squares(matrix, width, 0, 64), PackedMatrix.LongestRun)
            .Tensor("none", GraphFile.Int64, [0L], 1)
            .Node(addend is "first" ? "Gather" : "Relu", addend is "first" ? ["x", "none"] : ["x"], [addend is "first" ? "first" : "positive"], addend is "first" ? [GraphFile.Number("axis", 2)] : [])
            .Node("PackedMatMul", "parley", ["x", "weights", "scales", "zero", "bias", "squares"], ["sum0"], GraphFile.Number("center", 64), GraphFile.Number("relu", relu), GraphFile.Number("rectified", 0));
        for (int i = 0; i < sums; i++)
            graph = graph.Node("Add", i % 2 == 0 ? [$"sum{i}", addend] : [addend, $"sum{i}"], [i == sums - 1 ? "y" : $"sum{i + 1}"]);
        return graph;
    }

    private static float[] Rows(int rows, int width)
    {
        Random random = new(15);
        return [.. Enumerable.Range(0, rows * width).Select(_ => random.NextSingle() - 0.5f)];
    }
}
