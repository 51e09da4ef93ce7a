using System.Runtime.Intrinsics.X86;
using Parley.Inference;
using Parley.Inference.Kernels;
using Parley.Models;
using Parley.Models.Onnx;

namespace Parley.Tests.Optimization;

/// <summary>Memories as the project's own operator computes them, against those of ONNX Runtime.</summary>
public sealed class TimeConvolutionsTests : RewrittenNetworks
{
    public TimeConvolutionsTests() => Assert.SkipUnless(OwnOperators.AreSupported, "This processor has no AVX2, without which the project's own operators do not run.");

    [Theory]
    [InlineData(512, 11, 5, false, true)]
    [InlineData(40, 11, 10, true, true)]
    [InlineData(19, 4, 0, true, false)]
    [InlineData(16, 7, 3, false, false)]
    public void They_give_the_same_numbers(int channels, int taps, int before, bool isPadded, bool isAdded)
    {
        string rewritten = Rewrite(Graphs.Memory(channels, taps, before, isPadded, isAdded), expected: 1);

        OnnxModel model = OnnxModel.Read(rewritten);
        model.Nodes.ShouldHaveSingleItem().Inputs.ShouldBe(["x", "w_by_tap"]);

        // To the bit where sums are made as on most processors today; newer ones may make them in another order.
        float tolerance = Avx512F.IsSupported ? 1e-5f : 0;
        foreach (int frames in (ReadOnlySpan<int>)[1, 3, 11, 70])
            Run(rewritten, frames, channels).Zip(Run(Original, frames, channels), (one, other) => Math.Abs(one - other)).Max().ShouldBeLessThanOrEqualTo(tolerance, $"{frames} frames");
    }

    [Theory]
    [InlineData(16, 7, 3)]
    [InlineData(21, 4, 0)]
    public void A_mask_is_part_of_them_and_frames_are_read_where_they_lie(int channels, int taps, int before)
    {
        string rewritten = Rewrite(Graphs.MaskedMemory(channels, taps, before), expected: 1);

        OnnxModel model = OnnxModel.Read(rewritten);
        model.Nodes.Select(node => node.Operator).ShouldBe(["Gather", "Relu", "Unsqueeze", "MatMul", "TimeConvolution"]);
        model.Nodes[^1].Inputs.ShouldBe(["all", "w_by_tap", "mask"]);
        foreach (float first in (ReadOnlySpan<float>)[1, 0.5f])
        {
            // The mask is what comes first in a frame, unless that is negative.
            float[] input = Frames(2 * 9 * channels);
            for (int frame = 0; frame < 18; frame++)
                input[frame * channels] = frame % 9 < 7 ? first : frame % 2 == 0 ? -1 : first;
            float tolerance = Avx512F.IsSupported ? 1e-5f : 0;
            RunOn(2, rewritten, input, 2, 9, channels).Zip(RunOn(1, Original, input, 2, 9, channels), (one, other) => Math.Abs(one - other)).Max().ShouldBeLessThanOrEqualTo(tolerance);
        }
    }

    [Fact]
    public void Others_stay_as_they_are()
    {
        Rewrite(Graphs.Memory(16, 7, before: 7, isPadded: true, isAdded: false), expected: 0); // more frames before than it sees
        Rewrite(Graphs.Memory(16, 7, 3, isPadded: false, isAdded: true).Node("Relu", ["turned"], ["z"]).Output("z", GraphFile.Float, "B", "16", "T"), expected: 0);
        Rewrite(Graphs.Memory(16, 7, 3, isPadded: false, isAdded: false).Node("Relu", ["seen"], ["z"]).Output("z", GraphFile.Float, "B", "16", "T"), expected: 0);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 2)]
    public void A_node_that_says_something_else_is_refused(long before, long shortcut)
        => Should.Throw<ModelFileException>(() => Run(Node(16, before, shortcut).Save(Original), 3, 16)).Message.ShouldContain("out of range");

    [Theory]
    [InlineData(16, 4)] // more frames before than it sees
    [InlineData(15, 0)] // channels
    public void Inputs_that_do_not_belong_together_are_refused(int channels, int before)
        => Should.Throw<InferenceException>(() => Run(Node(channels, before, 0).Save(Original), 3, channels)).Message.ShouldContain("shapes that do not belong together");

    private static GraphFile Node(int channels, long before, long shortcut) => new GraphFile()
        .Input("x", GraphFile.Float, "B", "T", $"{channels}")
        .Output("y", GraphFile.Float, "B", "T", $"{channels}")
        .Tensor("w", GraphFile.Float, new float[4 * 16], 4, 16)
        .Node("TimeConvolution", "parley", ["x", "w"], ["y"], GraphFile.Number("before", before), GraphFile.Number("shortcut", shortcut), GraphFile.Number("start", 0));

    private static float[] Run(string file, int frames, int channels)
        => RunOn(2, file, Frames(2 * frames * channels), 2, frames, channels);

    private static float[] Frames(int count)
    {
        Random random = new(8);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    private string Rewrite(GraphFile graph, int expected) => Rewrite(graph, TimeConvolutions.Apply, expected);
}
