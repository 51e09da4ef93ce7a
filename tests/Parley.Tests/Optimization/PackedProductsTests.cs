using Parley.Inference;
using Parley.Inference.Kernels;
using Parley.Models;
using Parley.Models.Onnx;

namespace Parley.Tests.Optimization;

/// <summary>Products as the project's own operator computes them, against those of ONNX Runtime.</summary>
public sealed class PackedProductsTests : RewrittenNetworks
{
    public PackedProductsTests() => Assert.SkipUnless(OwnOperators.AreSupported, "This processor has no AVX2, without which the project's own operators do not run.");

    /// <summary>Numbers of which four, two or no products fit 16 bits, with and without negative ones.</summary>
    public enum Numbers
    {
        Even,
        Few,
        Large,
        Positive,
        LargePositive,
        Negative,
        None,
    }

    public static MatrixTheoryData<Numbers, bool, bool> Kinds { get; } = new(Enum.GetValues<Numbers>(), [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void They_are_exact(Numbers numbers, bool isSmall, bool isSigned) => AreExact(numbers, isSmall, isSigned, isRectified: false);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void They_are_exact_behind_a_Relu(Numbers numbers, bool isSmall, bool isSigned) => AreExact(numbers, isSmall, isSigned, isRectified: true);

    // The largest sums that there are: values that are a column of the weights, row by row larger.
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void They_are_exact_where_values_lie_as_weights_do(bool isSmall, bool isRectified)
    {
        const int Depth = 160, Columns = 48;
        byte[] weights = Weights(Depth * Columns, isSmall);
        float[] input = [.. Enumerable.Range(0, Columns * Depth).Select(i => (weights[(i % Depth * Columns) + (i / Depth)] - 128f) * (1 + (i / Depth)))];

        AreExact(input, weights, Columns, Columns, isSigned: false, isRectified);
    }

    [Fact]
    public void Runs_are_bounded_by_the_weights_that_they_see()
    {
        // One column: 3 and 4 in the first pair of a block, 12 in the second pair of the next one.
        byte[] matrix = new byte[8];
        Array.Fill(matrix, (byte)64);
        (matrix[0], matrix[1], matrix[6]) = (64 + 3, 64 - 4, 64 + 12);

        float[] squares = PackedMatrix.Squares(matrix, 1, 0, 64);

        squares.ShouldBe([.. Enumerable.Repeat(144f, PackedMatrix.LongestRun)]);
        matrix[2] = 64 - 5;
        PackedMatrix.Squares(matrix, 1, 0, 64)[..2].ShouldBe([144, 169]);
    }

    [Fact]
    public void What_stands_behind_them_is_part_of_them()
    {
        OnnxModel model = OnnxModel.Read(Rewrite(Product(Weights(40 * 33, isSmall: true), 33, isSigned: false)));

        model.Nodes.ShouldHaveSingleItem().Inputs.ShouldBe(["x", "weights", "weights_scales", "weights_zero_points", "bias", "weights_squares"]);
        model.Tensors.Select(tensor => tensor.Name).ShouldBe(["weights", "bias", "weights_scales", "weights_zero_points", "weights_squares"]);
        model.Tensors[0].Dims.ShouldBe([3, 10, 64]);
        model.Domains.ShouldContain("parley");
    }

    [Fact]
    public void They_run_on_as_many_threads_as_the_session_has()
    {
        float[] input = Make(Numbers.Even, 6 * 64);
        string rewritten = Rewrite(Product(Weights(64 * 640, isSmall: true), 640, isSigned: true));

        RunOn(3, rewritten, input, 1, 6, 64).ShouldBe(Run(rewritten, input, 1, 6, 64));
    }

    [Theory]
    [InlineData("center", 129)]
    [InlineData("relu", 2)]
    [InlineData("rectified", 2)]
    public void A_node_that_says_something_else_is_refused(string attribute, long value)
    {
        byte[][] attributes = [.. new[] { "center", "relu", "rectified" }.Select(name => GraphFile.Number(name, name == attribute ? value : name == "center" ? 64 : 0))];

        Should.Throw<ModelFileException>(() => Run(Node(16, 8, PackedMatrix.LongestRun, attributes).Save(Original), new float[8], 1, 1, 8)).Message.ShouldContain("out of range");
    }

    [Theory]
    [InlineData(16, 9, 32)] // values of a row
    [InlineData(17, 8, 32)] // columns
    [InlineData(16, 8, 31)] // bounds of runs
    public void Inputs_that_do_not_belong_together_are_refused(int columns, int depth, int bounds)
    {
        string file = Node(columns, depth, bounds, GraphFile.Number("center", 64), GraphFile.Number("relu", 0), GraphFile.Number("rectified", 0)).Save(Original);

        Should.Throw<InferenceException>(() => Run(file, new float[depth], 1, 1, depth)).Message.ShouldContain("shapes that do not belong together");
    }

    [Fact]
    public void No_rows_give_no_rows()
        => Run(Rewrite(Product(Weights(64, isSmall: true), 8, isSigned: true)), [], 1, 0, 8).ShouldBeEmpty();

    private void AreExact(Numbers numbers, bool isSmall, bool isSigned, bool isRectified)
    {
        foreach ((int rows, int depth, int columns) in (ReadOnlySpan<(int, int, int)>)[(1, 8, 16), (4, 16, 16), (5, 40, 33), (7, 19, 3), (13, 300, 64)])
        {
            AreExact(Make(numbers, rows * depth), Weights(depth * columns, isSmall), rows, columns, isSigned, isRectified);
        }
    }

    private void AreExact(float[] input, byte[] weights, int rows, int columns, bool isSigned, bool isRectified)
    {
        int depth = weights.Length / columns;
        string rewritten = Rewrite(Product(weights, columns, isSigned, isRectified));

        // Unsigned weights are exact everywhere; signed ones of 8 bits are not on processors without VNNI.
        Product(weights, columns, isSigned: false, isRectified).Save(Original);

        // A sum that is off by one is off by the product of both scales, the least of which is a half.
        float[] expected = Run(Original, input, 1, rows, depth), actual = Run(rewritten, input, 1, rows, depth);
        float step = (Math.Max(0, input.Max()) - Math.Min(0, input.Min())) / 255 / 2;
        actual.Length.ShouldBe(expected.Length);
        actual.Zip(expected, (one, other) => Math.Abs(one - other)).Max().ShouldBeLessThanOrEqualTo(0.1f * step, $"{rows} x {depth} x {columns}");
    }

    private static GraphFile Node(int columns, int depth, int bounds, params byte[][] attributes) => new GraphFile()
        .Input("x", GraphFile.Float, "B", "N", $"{depth}")
        .Output("y", GraphFile.Float, "B", "N", $"{columns}")
        .Tensor("weights", GraphFile.UInt8, new byte[128], 1, 2, 64)
        .Tensor("scales", GraphFile.Float, new float[columns], columns)
        .Tensor("zero", GraphFile.UInt8, new byte[columns], columns)
        .Tensor("squares", GraphFile.Float, new float[bounds], bounds)
        .Node("PackedMatMul", "parley", ["x", "weights", "scales", "zero", "scales", "squares"], ["y"], attributes);

    // Wide ones have a bias behind them, the widest a Relu, too.
    private static GraphFile Product(byte[] weights, int columns, bool isSigned, bool isRectified = false)
        => Graphs.Product(weights, columns, isSigned, hasBias: columns > 16, hasRelu: columns is > 32 and < 100, isRectified);

    private static byte[] Weights(int count, bool isSmall)
    {
        Random random = new(5);
        return [.. Enumerable.Range(0, count).Select(_ => (byte)(random.Next(isSmall ? 128 : 256) + (isSmall ? 64 : 0)))];
    }

    private static float[] Make(Numbers numbers, int count)
    {
        Random random = new(6);
        return [.. Enumerable.Range(0, count).Select(i => numbers switch
        {
            Numbers.Even => random.NextSingle() - 0.5f,
            Numbers.Few => i % 8 == 0 ? (i % 16 == 0 ? 9 : -9) : random.NextSingle() - 0.5f,
            Numbers.Large => random.Next(2) == 0 ? -1 : 1,
            Numbers.Positive => Math.Max(0, random.NextSingle() - 0.7f),
            Numbers.LargePositive => 1 - (random.NextSingle() / 10),
            Numbers.Negative => -random.NextSingle(),
            _ => 0f,
        })];
    }

    private string Rewrite(GraphFile graph) => Rewrite(graph, PackedProducts.Apply, expected: 1);
}
