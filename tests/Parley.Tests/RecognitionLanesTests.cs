using Parley.Asr;
using Parley.Audio;
using Parley.Inference;
using Parley.Models;
using Parley.Tests.Acceptance;
using Parley.Vad;

namespace Parley.Tests;

public sealed class RecognitionLanesTests
{
    private static readonly BatchOptions Alone = new() { MaxBatchSegments = 1 };

    [Fact]
    public async Task Transcript_does_not_depend_on_the_number_of_lanes()
    {
        List<IReadOnlyList<Word>> words = [];
        foreach (int threads in (int[])[1, 4])
        {
            PipelineOptions options = new() { Batch = new BatchOptions { MaxBatchSeconds = 10 }, Inference = new InferenceOptions { Threads = threads } };
            using TranscriptionPipeline pipeline = TranscriptionPipeline.Load(ModelBundle.Load(TestPaths.DemoBundle), options);
            using AudioSource audio = AudioFile.Open(SampleTests.Sample("interview.wav"), new AudioOptions(), CancellationToken.None);
            words.Add([.. (await pipeline.AnalyzeAsync(audio)).Sentences.SelectMany(sentence => sentence.Words)]);
        }

        words[0].ShouldNotBeEmpty();
        words[1].Select(word => (word.Text, word.StartMs, word.EndMs)).ShouldBe(words[0].Select(word => (word.Text, word.StartMs, word.EndMs)));
    }

    [Fact]
    public async Task Two_batches_run_at_once_and_words_keep_the_order_of_the_recording()
    {
        FakeRecognizer recognizer = new();
        await using RecognitionLanes lanes = new(recognizer, RecognitionWish.None, Alone, 2, new StageClock(), TestContext.Current.CancellationToken);

        Task<RecognizedStretch> first = await lanes.BeginAsync([Segment(0), Segment(1)]);
        await recognizer.Begun.WaitAsync(TestContext.Current.CancellationToken);
        await recognizer.Begun.WaitAsync(TestContext.Current.CancellationToken);
        recognizer.Go.Release(2);
        RecognizedStretch stretch = await first;

        stretch.Segments.Select(segment => segment.Index).ShouldBe([0, 1]);
        stretch.End.ShouldBe(TimeSpan.FromSeconds(2));
        recognizer.MostAtOnce.ShouldBe(2);
    }

    [Fact]
    public async Task Failure_reaches_whoever_waits_and_the_end_waits_for_what_still_runs()
    {
        FakeRecognizer recognizer = new() { Failing = 0 };
        RecognitionLanes lanes = new(recognizer, RecognitionWish.None, Alone, 2, new StageClock(), TestContext.Current.CancellationToken);
        Task<RecognizedStretch> failing = await lanes.BeginAsync([Segment(0), Segment(1)]);
        Task ended = lanes.DisposeAsync().AsTask();
        ended.IsCompleted.ShouldBeFalse();

        recognizer.Go.Release(2);
        await ended;

        (await Should.ThrowAsync<InferenceException>(failing)).Message.ShouldBe("segment 0");
        recognizer.Running.ShouldBe(0);
    }

    [Fact]
    public void Stage_at_work_twice_at_once_is_counted_once()
    {
        StageClock clock = new();
        StageClock.Lap outer = clock.Run(PipelineStage.Asr);
        clock.Run(PipelineStage.Asr).Dispose();
        clock.Seconds(PipelineStage.Asr).ShouldBe(0);
        outer.Dispose();

        clock.Seconds(PipelineStage.Asr).ShouldBeGreaterThan(0);
        clock.Seconds(PipelineStage.Vad).ShouldBe(0);
    }

    private static SpeechSegment Segment(int index) => new(index, new VadSegment(index * 1000, (index + 1) * 1000), ReadOnlyMemory<float>.Empty, ReadOnlyMemory<float>.Empty);

    /// <summary>A fake that gives no words, when it is told to go on.</summary>
    private sealed class FakeRecognizer : ISpeechRecognizer
    {
        private readonly Lock _lock = new();

        public SemaphoreSlim Begun { get; } = new(0);

        public SemaphoreSlim Go { get; } = new(0);

        public int? Failing { get; init; }

        public int Running { get; private set; }

        public int MostAtOnce { get; private set; }

        public IReadOnlyList<RecognizedSegment> Recognize(IReadOnlyList<SpeechSegment> batch, RecognitionWish wish, CancellationToken cancellationToken)
        {
            lock (_lock)
                MostAtOnce = Math.Max(MostAtOnce, ++Running);
            Begun.Release();
            Go.Wait(cancellationToken);
            lock (_lock)
                Running--;
            return batch[0].Index == Failing
                ? throw new InferenceException(InferenceFault.RunFailed, "", "", $"segment {batch[0].Index}")
                : [.. batch.Select(segment => new RecognizedSegment(segment.Index, []))];
        }

        public void Dispose()
        {
            Begun.Dispose();
            Go.Dispose();
        }
    }
}
