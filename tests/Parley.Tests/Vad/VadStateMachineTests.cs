using Parley.Vad;

namespace Parley.Tests.Vad;

public sealed class VadStateMachineTests
{
    [Fact]
    public void Silence_gives_no_segment() => Run(VadOptions.Classic, (500, 1f)).ShouldBeEmpty();

    [Fact]
    public void No_frames_give_no_segment() => Run(VadOptions.Classic).ShouldBeEmpty();

    [Fact]
    public void Speech_that_never_fills_the_window_is_not_found() => Run(VadOptions.Classic, (100, 1f), (14, 0f), (200, 1f)).ShouldBeEmpty();

    [Fact]
    public void A_certain_silence_score_is_no_special_case() => Run(VadOptions.Classic, (100, 1f), (100, 0f), (100, 1f)).Count.ShouldBe(1);

    [Fact]
    public void Segment_begins_before_its_window_and_ends_after_its_speech()
    {
        // Speech from frame 100 to 199: the window fills at frame 114, runs down to 15 at frame 204.
        VadSegment segment = Run(VadOptions.Classic, (100, 1f), (100, 0f), (300, 1f)).ShouldHaveSingleItem();
        segment.StartMs.ShouldBe((114 - 40) * 10);
        segment.EndMs.ShouldBe((204 + 12) * 10);
    }

    [Fact]
    public void Segment_without_extension_ends_where_the_window_leaves_speech()
    {
        VadSegment segment = Run(VadOptions.Classic with { Extend = false }, (100, 1f), (100, 0f), (300, 1f)).ShouldHaveSingleItem();
        segment.StartMs.ShouldBe((114 - 20) * 10);
        segment.EndMs.ShouldBe((204 + 1) * 10);
    }

    [Fact]
    public void Recording_that_ends_in_speech_ends_its_segment()
        => Run(VadOptions.Classic, (100, 1f), (100, 0f)).ShouldBe([new VadSegment(740, 2000)]);

    [Fact]
    public void Speech_found_with_the_last_frame_is_given_out()
        => Run(VadOptions.Classic, (100, 1f), (15, 0f)).ShouldBe([new VadSegment(740, 1150)]);

    [Fact]
    public void Single_utterance_gives_the_first_segment_only()
    {
        (int, float)[] scores = [(100, 1f), (100, 0f), (200, 1f), (100, 0f), (200, 1f)];
        List<VadSegment> all = Run(VadOptions.Classic, scores);
        all.Count.ShouldBe(2);
        Run(VadOptions.Classic with { DetectMode = VadDetectMode.SingleUtterance }, scores).ShouldBe([all[0]]);
    }

    [Fact]
    public void Single_utterance_gives_up_after_the_start_silence()
    {
        VadOptions options = VadOptions.Classic with { DetectMode = VadDetectMode.SingleUtterance, MaxStartSilenceMs = 1000 };
        Run(options, (80, 1f), (100, 0f), (200, 1f)).Count.ShouldBe(1);
        Run(options, (101, 1f), (100, 0f), (200, 1f)).ShouldBeEmpty();
    }

    [Fact]
    public void Long_speech_is_cut_one_frame_after_the_limit_and_goes_on_without_a_gap()
    {
        List<VadSegment> segments = Run(VadOptions.Classic with { MaxSegmentMs = 5000 }, (1200, 0f));
        segments.ShouldBe([new VadSegment(0, 5010), new VadSegment(5010, 10020), new VadSegment(10020, 12000)]);
    }

    [Fact]
    public void Quiet_frames_are_silence_when_a_level_is_asked_for()
    {
        float[] scores = Scores((100, 1f), (100, 0f), (200, 1f));
        float[] levels = [.. Enumerable.Repeat(-50f, scores.Length)];
        VadGolden.Run(VadOptions.Classic with { DecibelThreshold = -60 }, scores, levels).Count.ShouldBe(1);
        VadGolden.Run(VadOptions.Classic with { DecibelThreshold = -40 }, scores, levels).ShouldBeEmpty();
    }

    [Fact]
    public void Speech_near_the_noise_level_is_silence_when_a_distance_is_asked_for()
    {
        float[] scores = Scores((100, 1f), (100, 0f), (200, 1f));
        float[] levels = [.. Enumerable.Range(0, scores.Length).Select(frame => frame is >= 100 and < 200 ? -20f : -50f)];
        VadGolden.Run(VadOptions.Classic with { SnrThreshold = 29 }, scores, levels).Count.ShouldBe(1);
        VadGolden.Run(VadOptions.Classic with { SnrThreshold = 31 }, scores, levels).ShouldBeEmpty();
    }

    [Fact]
    public void Exponent_weighs_the_silence_score()
    {
        (int, float)[] scores = [(100, 1f), (100, 0.25f), (200, 1f)];
        Run(VadOptions.Classic, scores).ShouldBeEmpty();
        Run(VadOptions.Classic with { SpeechToNoiseRatio = 2 }, scores).Count.ShouldBe(1);
    }

    [Fact]
    public void Equality_with_the_threshold_is_speech()
    {
        (int, float)[] scores = [(100, 1f), (100, 0.25f), (200, 1f)];
        Run(VadOptions.Classic with { SpeechNoiseThreshold = 0.5 }, scores).Count.ShouldBe(1);
        Run(VadOptions.Classic with { SpeechNoiseThreshold = 0.51 }, scores).ShouldBeEmpty();
    }

    [Fact]
    public void Dynamic_profile_waits_less_the_longer_the_segment_is()
    {
        // The same pause of 1.5 s: inside a segment of 5 s, but the end of one of 15 s.
        Run(VadOptions.Dynamic, (500, 0f), (150, 1f), (200, 0f), (400, 1f)).Count.ShouldBe(1);
        List<VadSegment> cut = Run(VadOptions.Dynamic, (1500, 0f), (150, 1f), (200, 0f), (400, 1f));
        cut.Count.ShouldBe(2);
        cut[0].EndMs.ShouldBe((1504 + 12) * 10);
    }

    [Fact]
    public void Threshold_that_falls_during_a_pause_ends_the_segment_right_after_its_speech()
    {
        // Speech ends just before 10 s; when the segment reaches 10 s its pause is already longer than the new threshold allows.
        List<VadSegment> segments = Run(VadOptions.Dynamic, (885, 0f), (250, 1f), (300, 0f));
        segments[0].ShouldBe(new VadSegment(0, (889 + 12) * 10));
    }

    [Fact]
    public void Chunk_grid_takes_short_pauses_after_a_minute_that_began_in_speech()
    {
        VadOptions options = VadOptions.Dynamic with { Profile = SilenceProfile.ChunkGrid, MaxSegmentMs = 300_000 };
        float[] scores = Scores((1000, 0f), (40, 1f), (1000, 0f));
        VadGolden.Run(options, scores, blocks: [scores.Length]).Count.ShouldBe(1);
        VadGolden.Run(options, scores, blocks: [500, scores.Length - 500]).Count.ShouldBe(2);
    }

    [Fact]
    public void Open_segments_hold_back_the_earliest_frame()
    {
        VadStateMachine machine = new(VadOptions.Classic);
        List<VadSegment> segments = [];
        Push(machine, segments, 1000, 1f);
        machine.EarliestOpenFrame.ShouldBe(960);
        Push(machine, segments, 300, 0f);
        machine.EarliestOpenFrame.ShouldBe(974);
        Push(machine, segments, 500, 1f);
        segments.ShouldHaveSingleItem().StartMs.ShouldBe(9740);
        machine.EarliestOpenFrame.ShouldBe(1760);
    }

    internal static float[] Scores(params (int Frames, float Score)[] runs) => [.. runs.SelectMany(run => Enumerable.Repeat(run.Score, run.Frames))];

    private static List<VadSegment> Run(VadOptions options, params (int Frames, float Score)[] runs) => VadGolden.Run(options, Scores(runs));

    private static void Push(VadStateMachine machine, List<VadSegment> segments, int frames, float score)
    {
        for (int i = 0; i < frames; i++)
            machine.Push(score, 0, isLast: false, segments);
    }
}
