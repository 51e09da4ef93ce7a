using FsCheck;
using FsCheck.Fluent;
using Parley.Features;
using Parley.Inference;
using Parley.Models;
using Parley.Vad;

namespace Parley.Tests.Vad;

public sealed class FsmnVadDetectorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public void Blocks_give_the_scores_of_the_whole(int block)
    {
        using ModelSession session = TinyVad.Session();
        FsmnVadModel model = new(session, [0]);
        float[] values = [.. Enumerable.Range(0, 100).Select(frame => MathF.Sin(frame))];
        float[] rows = new float[values.Length * 400];
        Lfr.Stack(TinyVad.Fbank(values), 80, 5, 1, rows);
        float[] silence = new float[values.Length];
        float[][] caches = model.NewCaches();
        for (int frame = 0; frame < values.Length; frame += block)
        {
            int count = Math.Min(block, values.Length - frame);
            model.Score(rows.AsMemory(frame * 400, count * 400), caches, silence.AsSpan(frame, count), CancellationToken.None);
        }

        float[] expected = TinyVad.Silence(values);
        for (int frame = 0; frame < values.Length; frame++)
            silence[frame].ShouldBe(expected[frame], 1e-6f);
        caches[1].ShouldAllBe(count => count == (values.Length + block - 1) / block);
    }

    [Fact]
    public void Silence_columns_are_summed()
    {
        using ModelSession session = TinyVad.Session();
        FsmnVadModel model = new(session, [0, 1]);
        float[] silence = new float[3];
        model.Score(new float[3 * 400], model.NewCaches(), silence, CancellationToken.None);
        silence.ShouldAllBe(score => Math.Abs(score - 1) < 1e-6f);
    }

    [Fact]
    public void Segments_do_not_depend_on_how_frames_are_pushed()
    {
        using FsmnVadDetector small = TinyVad.Load(VadOptions.Classic with { BlockFrames = 13, MaxEndSilenceMs = 300, MaxSegmentMs = 2000 });
        using FsmnVadDetector large = TinyVad.Load(VadOptions.Classic with { BlockFrames = 6000, MaxEndSilenceMs = 300, MaxSegmentMs = 2000 });
        Gen<Recording> recordings =
            from runs in Gen.ListOf(from frames in Gen.Choose(1, 120) from value in Gen.Elements(-5f, 5f) select Enumerable.Repeat(value, frames))
            from pieces in Gen.NonEmptyListOf(Gen.Choose(1, 200))
            select new Recording([.. runs.SelectMany(run => run)], [.. pieces]);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(Arb.From(recordings), recording =>
        {
            VadSegment[] whole = TinyVad.Run(large.OpenStream(), recording.Values, [int.MaxValue]);
            TinyVad.Run(small.OpenStream(), recording.Values, recording.Pieces).ShouldBe(whole);
            TinyVad.Run(large.OpenStream(), recording.Values, recording.Pieces).ShouldBe(whole);
            if (recording.Values.Length >= 3)
                whole.ShouldBe([.. VadGolden.Run(VadOptions.Classic with { MaxEndSilenceMs = 300, MaxSegmentMs = 2000 }, TinyVad.Silence(recording.Values))]);
        }));
    }

    [Fact]
    public void Frames_before_the_earliest_open_one_are_never_asked_for_again()
    {
        using FsmnVadDetector detector = TinyVad.Load(VadOptions.Classic with { BlockFrames = 10 });
        float[] values = Speech(200, 300, 250, 40, 90, 100, 500);
        IVoiceActivityStream stream = detector.OpenStream();
        long released = 0;
        VadSegment[] segments = TinyVad.Run(stream, values, [7, 31], found =>
        {
            foreach (VadSegment segment in found)
                segment.StartMs.ShouldBeGreaterThanOrEqualTo((int)released * 10);
            stream.EarliestOpenFrame.ShouldBeGreaterThanOrEqualTo(released);
            released = stream.EarliestOpenFrame;
        });

        segments.ShouldNotBeEmpty();
        released.ShouldBeGreaterThan(values.Length - 100);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Recordings_of_less_than_three_frames_have_no_speech(int frames)
    {
        using FsmnVadDetector detector = TinyVad.Load(VadOptions.Classic with { WindowMs = 10, SilenceToSpeechMs = 10, SpeechToSilenceMs = 0 });
        TinyVad.Run(detector.OpenStream(), Speech(0, frames), [1]).ShouldBeEmpty();
        TinyVad.Run(detector.OpenStream(), Speech(0, 3), [1]).ShouldNotBeEmpty();
    }

    [Fact]
    public void Streams_do_not_disturb_each_other()
    {
        using FsmnVadDetector detector = TinyVad.Load(VadOptions.Classic with { BlockFrames = 20 });
        float[][] recordings = [.. Enumerable.Range(1, 8).Select(number => Speech(40 * number, 200, 150, 30 * number, 300))];
        VadSegment[][] alone = [.. recordings.Select(values => TinyVad.Run(detector.OpenStream(), values, [50]))];

        VadSegment[][] together = [.. recordings.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(values => TinyVad.Run(detector.OpenStream(), values, [50]))];

        for (int i = 0; i < alone.Length; i++)
            together[i].ShouldBe(alone[i]);
        alone.ShouldAllBe(segments => segments.Length > 0);
    }

    [Fact]
    public void Decibels_reach_their_own_frames()
    {
        using FsmnVadDetector detector = TinyVad.Load(VadOptions.Classic with { BlockFrames = 16, DecibelThreshold = -30 });
        float[] values = Speech(100, 100, 200, 100, 200), fbank = TinyVad.Fbank(values);
        // The second stretch of speech is too quiet.
        float[] levels = [.. Enumerable.Range(0, values.Length).Select(frame => frame < 300 ? 0f : -50f)];
        IVoiceActivityStream stream = detector.OpenStream();
        List<VadSegment> segments = [.. stream.Push(fbank, levels, CancellationToken.None), .. stream.Complete(CancellationToken.None)];
        segments.ShouldHaveSingleItem().StartMs.ShouldBeLessThan(2000);
    }

    [Fact]
    public void Completed_streams_take_nothing_more()
    {
        using FsmnVadDetector detector = TinyVad.Load(VadOptions.Classic);
        IVoiceActivityStream stream = detector.OpenStream();
        stream.Complete(CancellationToken.None).ShouldBeEmpty();
        Should.Throw<InvalidOperationException>(() => stream.Push(new float[80], new float[1], CancellationToken.None));
        Should.Throw<InvalidOperationException>(() => stream.Complete(CancellationToken.None));
    }

    [Fact]
    public void Cancellation_passes_through_and_ends_the_stream()
    {
        using FsmnVadDetector detector = TinyVad.Load(VadOptions.Classic with { BlockFrames = 10 });
        IVoiceActivityStream stream = detector.OpenStream();
        Should.Throw<OperationCanceledException>(() => stream.Push(new float[80 * 20], new float[20], new CancellationToken(canceled: true)));
        Should.Throw<InvalidOperationException>(() => stream.Complete(CancellationToken.None));
    }

    [Fact]
    public void Scores_that_are_no_numbers_are_reported()
    {
        using FsmnVadDetector detector = TinyVad.Load(VadOptions.Classic);
        IVoiceActivityStream stream = detector.OpenStream();
        stream.Push(TinyVad.Fbank([0, 0, float.NaN, 0]), new float[4], CancellationToken.None);
        InferenceException error = Should.Throw<InferenceException>(() => stream.Complete(CancellationToken.None));
        error.Fault.ShouldBe(InferenceFault.BadOutput);
        error.Message.ShouldContain("vad.onnx");
    }

    [Fact]
    public void Models_of_another_kind_are_refused_by_name()
    {
        Refused("vad-no-caches", [0]).ShouldContain("streaming export");
        Refused("asr", [0]).ShouldContain("speech Float [1, -1, 400]");
        Refused("vad", [2]).ShouldContain("gives 2 columns");

        static string Refused(string model, int[] columns)
        {
            using ModelSession session = TinyVad.Session(model);
            string message = Should.Throw<ModelFileException>(() => new FsmnVadDetector(session, TinyVad.Identity, VadOptions.Classic with { SilenceColumns = columns })).Message;
            message.ShouldContain(model + ".onnx");
            return message;
        }
    }

    [Fact]
    public void Options_and_normalisation_are_checked()
    {
        using ModelSession session = TinyVad.Session();
        Should.Throw<ArgumentException>(() => new FsmnVadDetector(session, TinyVad.Identity, new VadOptions { MaxSegmentMs = 0 }));
        Should.Throw<ArgumentException>(() => new FsmnVadDetector(session, new Cmvn(new float[560], new float[560]), VadOptions.Classic));
    }

    /// <summary>Silence and speech by turns, silence first.</summary>
    private static float[] Speech(params int[] frames) => [.. frames.Index().SelectMany(run => Enumerable.Repeat(run.Index % 2 == 0 ? -5f : 5f, run.Item))];

    private sealed record Recording(float[] Values, int[] Pieces);
}
