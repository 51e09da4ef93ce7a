using System.Runtime.Intrinsics.X86;
using Parley.Inference;
using Parley.Inference.Kernels;
using Parley.Models;
using Parley.Models.Onnx;

namespace Parley.Tests.Optimization;

/// <summary>Attentions as the project's own operator computes them, against those of ONNX Runtime.</summary>
public sealed class AttentionsTests : RewrittenNetworks
{
    private const int Width = 24;

    public AttentionsTests() => Assert.SkipUnless(OwnOperators.AreSupported, "This processor has no AVX2, without which the project's own operators do not run.");

    [Theory]
    [InlineData(4, 128, false)]
    [InlineData(4, 128, true)]
    [InlineData(2, 64, false)]
    [InlineData(3, 13, true)]
    [InlineData(1, 40, false)]
    public void They_give_the_same_numbers(int heads, int size, bool isSplit)
    {
        string rewritten = Rewrite(Graphs.Attention(heads, size, isSplit), expected: 1);

        OnnxModel.Read(rewritten).Nodes.Select(node => node.Operator).ShouldBe(["Gather", "Mul", "Unsqueeze", "MatMul", "Add", "Attention"], ignoreOrder: true);
        foreach (int frames in (ReadOnlySpan<int>)[2, 6, 17, 95, 150, 300])
        {
            float[] input = Frames(2 * frames);

            // To the bit where sums are made as on most processors today; newer ones may make them in another order.
            float tolerance = Avx512F.IsSupported ? 1e-5f : 0;
            Run(rewritten, input, 2, frames, Width).Zip(Run(Original, input, 2, frames, Width), (one, other) => Math.Abs(one - other)).Max().ShouldBeLessThanOrEqualTo(tolerance, $"{frames} frames");
        }
    }

    [Fact]
    public void They_run_on_as_many_threads_as_the_session_has()
    {
        float[] input = Frames(2 * 20);
        string rewritten = Rewrite(Graphs.Attention(3, 13, isSplit: true), expected: 1);

        RunOn(3, rewritten, input, 2, 20, Width).ShouldBe(Run(rewritten, input, 2, 20, Width));
    }

    // ONNX Runtime multiplies a single row in another way.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    public void A_single_frame_is_nearly_the_same(int batch, int frames)
    {
        float[] input = Frames(batch * frames);
        string rewritten = Rewrite(Graphs.Attention(4, 24, isSplit: false), expected: 1);

        Run(rewritten, input, batch, frames, Width).Zip(Run(Original, input, batch, frames, Width), (one, other) => Math.Abs(one - other)).Max().ShouldBeLessThanOrEqualTo(1e-5f);
    }

    [Fact]
    public void Others_stay_as_they_are()
    {
        Rewrite(Graphs.Attention(4, 24, isSplit: true, shownHeads: 2), expected: 0); // heads that do not fill the rows
        Rewrite(Graphs.Attention(4, 24, isSplit: false).Node("Relu", ["shares"], ["z"]).Output("z", GraphFile.Float, "B", "4", "T", "T"), expected: 0);
        Rewrite(Graphs.Attention(4, 24, isSplit: false).Output("mixed", GraphFile.Float, "B", "4", "T", "24"), expected: 0);
    }

    [Theory]
    [InlineData("heads", 0)]
    [InlineData("size", 1025)]
    [InlineData("query_start", -1)]
    [InlineData("scales_scores", 2)]
    public void A_node_that_says_something_else_is_refused(string attribute, long value)
        => Should.Throw<ModelFileException>(() => Run(Node(attribute, value).Save(Original), new float[3 * Width], 1, 3, Width)).Message.ShouldContain("out of range");

    [Theory]
    [InlineData("heads", 4, 3)]
    [InlineData("query_start", 9, 3)]
    [InlineData("key_start", 9, 3)]
    [InlineData("value_start", 9, 3)]
    [InlineData("heads", 2, 4)] // frames and masks
    [InlineData("heads", 2, 0)]
    public void Inputs_that_do_not_belong_together_are_refused(string attribute, long value, int frames)
        => Should.Throw<InferenceException>(() => Run(Node(attribute, value).Save(Original), new float[frames * Width], 1, frames, Width)).Message.ShouldContain("shapes that do not belong together");

    // Two heads of eight numbers, for three frames of 24.
    private static GraphFile Node(string attribute, long value)
    {
        (string Name, long Value)[] said = [("heads", 2), ("size", 8), ("query_start", 0), ("key_start", 0), ("value_start", 0), ("scales_scores", 0)];
        return new GraphFile()
            .Input("x", GraphFile.Float, "B", "T", "24")
            .Output("y", GraphFile.Float, "B", "T", "16")
            .Tensor("mask", GraphFile.Float, new float[3], 1, 1, 1, 3)
            .Tensor("scale", GraphFile.Float, [1f], 1)
            .Node("Attention", "parley", ["x", "x", "x", "mask", "scale"], ["y"], [.. said.Select(item => GraphFile.Number(item.Name, item.Name == attribute ? value : item.Value))]);
    }

    private static float[] Frames(int count)
    {
        Random random = new(10);
        return [.. Enumerable.Range(0, count * Width).Select(_ => random.NextSingle() - 0.5f)];
    }

    private string Rewrite(GraphFile graph, int expected) => Rewrite(graph, Attentions.Apply, expected);
}
