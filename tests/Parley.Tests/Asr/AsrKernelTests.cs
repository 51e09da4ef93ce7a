using Parley.Asr;
using Parley.Vad;

namespace Parley.Tests.Asr;

public sealed class AsrKernelTests
{
    [Fact]
    public void Decoder_gives_the_best_class_and_its_probability()
    {
        int[] ids = new int[2];
        float[] probabilities = new float[2];
        GreedyDecoder.TryDecode([0, 1, 0, 5, float.NegativeInfinity, 5], 3, ids, probabilities).ShouldBeTrue();
        ids.ShouldBe([1, 0]);
        probabilities[0].ShouldBe(MathF.E / (MathF.E + 2), 1e-6f);
        probabilities[1].ShouldBe(0.5f, 1e-6f);
    }

    [Fact]
    public void Decoder_takes_log_softmax_as_it_is()
    {
        float[] probabilities = new float[1];
        GreedyDecoder.TryDecode([MathF.Log(0.2f), MathF.Log(0.7f), MathF.Log(0.1f)], 3, new int[1], probabilities).ShouldBeTrue();
        probabilities[0].ShouldBe(0.7f, 1e-6f);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Decoder_refuses_scores_that_are_no_numbers(float score)
        => GreedyDecoder.TryDecode([0, 1, 0, 0, score, 0], 3, new int[2], new float[2]).ShouldBeFalse();

    [Fact]
    public void Decoder_refuses_a_place_without_any_class()
        => GreedyDecoder.TryDecode([float.NegativeInfinity, float.NegativeInfinity], 2, new int[1], new float[1]).ShouldBeFalse();

    [Theory]
    [InlineData("p p t", "PPT")]
    [InlineData("打 开 p p t", "打 开 PPT")]
    [InlineData("a word b", "a word b")]
    [InlineData("mor@@", "mor")]
    [InlineData("hel@@ 你 lo", "hel 你 lo")]
    [InlineData("good mor@@ ning", "good morning")]
    [InlineData("mp@@ 3 的", "mp3 的")]
    [InlineData("你 <unk> 好", "你 好")]
    [InlineData("hello % 你", "hello % 你")]
    [InlineData("hel@@ <unk> lo", "hello")]
    public void Joiner_loses_nothing(string tokens, string words)
    {
        AsrToken[] timed = [.. tokens.Split(' ').Index().Select(token => new AsrToken(token.Item, token.Index * 100, (token.Index * 100) + 90, 1))];
        string.Join(' ', TokenJoiner.Join(timed).Select(word => word.Text)).ShouldBe(words);
    }

    [Fact]
    public void Joined_words_run_from_their_first_to_their_last_token_with_the_mean_probability()
    {
        Word word = TokenJoiner.Join([new("x", 0, 10, 0.2f), new("y", 20, 30, 0.4f), new("z", 50, 60, 0.9f)]).ShouldHaveSingleItem();
        (word.Text, word.StartMs, word.EndMs).ShouldBe(("XYZ", 0, 60));
        word.Confidence.ShouldBe(0.5f, 1e-6f);
    }

    [Fact]
    public void Times_are_rounded_and_not_cut()
    {
        // A fire at 403 lies at 401.5 frames of 20 ms; 8030 ms become 8029 when cut after the multiplication in floating point.
        float[] peaks = new float[420];
        (peaks[403], peaks[410]) = (1, 1);
        TokenTime[] times = new TokenTime[1];
        TokenTimes.FromCif(new float[420], peaks, 3, 8400, times);
        times[0].StartMs.ShouldBe(8030);
        TokenTimes.FromCifLikeReference(new float[420], peaks, 1, 3).ShouldHaveSingleItem().StartMs.ShouldBe(8029);
    }

    [Fact]
    public void Tokens_without_a_fire_share_the_rest_of_the_segment()
    {
        TokenTime[] times = new TokenTime[4];
        TokenTimes.FromCif(new float[30], new float[30], 3, 600, times);
        times.ShouldBe([new(0, 150), new(150, 300), new(300, 450), new(450, 600)]);
        TokenTimes.FromCifLikeReference(new float[30], new float[30], 4, 3).ShouldBeEmpty();
    }

    [Fact]
    public void Long_segments_go_alone()
    {
        int[] durations = [5_000, 31_000, 5_000, 30_000, 5_000];
        IReadOnlyList<IReadOnlyList<int>> batches = BatchPlanner.Plan(durations, new BatchOptions());
        batches.Select(batch => string.Join(',', batch)).ShouldBe(["0,2,4", "3", "1"]);
    }

    [Fact]
    public void Where_padding_costs_only_segments_of_nearly_one_length_go_together()
    {
        int[] durations = [5_000, 5_100, 5_300, 6_000, 9_000];
        IReadOnlyList<IReadOnlyList<int>> batches = BatchPlanner.Plan(durations, new BatchOptions { MaxPadding = 0.05 });
        batches.Select(batch => string.Join(',', batch)).ShouldBe(["0,1,2", "3", "4"]);
    }

    [Fact]
    public void Reference_rule_lets_the_segment_that_exceeds_join()
    {
        int[] durations = [4_000, 5_000, 9_000, 2_000];
        BatchOptions options = BatchOptions.FunAsr with { MaxBatchSeconds = 10 };
        BatchPlanner.Plan(durations, options).Select(batch => string.Join(',', batch)).ShouldBe(["3,0,1", "2"]);
        BatchPlanner.Plan(durations, options with { Rule = BatchRule.CloseBefore }).Select(batch => string.Join(',', batch)).ShouldBe(["3,0", "1", "2"]);
        BatchPlanner.Plan(durations, options with { MaxBatchSegments = 1 }).Count.ShouldBe(4);
        BatchPlanner.Plan(Array.Empty<int>(), options).ShouldBeEmpty();
    }

    [Fact]
    public void Batch_options_are_checked()
    {
        Should.Throw<ArgumentException>(() => BatchPlanner.Plan((int[])[1], new BatchOptions { MaxBatchSeconds = 0, MaxBatchSegments = 0 })).Message.ShouldSatisfyAllConditions(
            message => message.ShouldContain(nameof(BatchOptions.MaxBatchSeconds)),
            message => message.ShouldContain(nameof(BatchOptions.MaxBatchSegments)));
    }

    [Fact]
    public void Neighbours_are_joined_as_long_as_they_fit()
    {
        VadSegment[] segments = [new(500, 3_000), new(3_500, 9_000), new(9_500, 20_500), new(21_000, 40_000)];
        SegmentMerger.Merge(segments, 15_000).ToArray().ShouldBe([new(500, 9_000), new(9_500, 20_500), new(21_000, 40_000)]);
        SegmentMerger.Merge([], 15_000).ShouldBeEmpty();
    }

    [Fact]
    public void Slices_end_with_the_recording_and_hold_whole_frames()
    {
        SegmentSlice.Of(new VadSegment(1_000, 2_000), 100_000).ShouldBe(new SegmentSlice(16_000, 16_000, 100, 98));
        SegmentSlice.Of(new VadSegment(1_000, 2_000), 16_400).ShouldBe(new SegmentSlice(16_000, 400, 100, 1));
        SegmentSlice.Of(new VadSegment(1_000, 2_000), 15_000).ShouldBe(new SegmentSlice(15_000, 0, 100, 0));
    }
}
