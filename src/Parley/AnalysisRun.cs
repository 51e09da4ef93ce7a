using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Parley.Asr;
using Parley.Audio;
using Parley.Inference;
using Parley.Punctuation;
using Parley.Speakers;
using Parley.TextNormalization;

namespace Parley;

/// <summary>One recording on its way through the models: its threads, its clock, its progress.</summary>
internal sealed class AnalysisRun : IDisposable
{
    // Segments on their way to a stage. Each holds up to a minute of audio and features (6 MB).
    private const int QueuedSegments = 8;

    private readonly PipelineStages _stages;
    private readonly BatchOptions _batch;
    private readonly AudioSource _audio;
    private readonly bool _embedVoices;
    private readonly RecognitionWish _wish;
    private readonly IProgress<TranscriptionProgress>? _progress;
    private readonly CancellationToken _callerToken;
    private readonly CancellationTokenSource _stop;
    private readonly StageClock _clock = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly List<string> _notices = [];
    private readonly SentenceStream _sentences;
    private long _samples;

    public AnalysisRun(
        PipelineStages stages,
        PipelineOptions options,
        AudioSource audio,
        bool embedVoices,
        RecognitionWish wish,
        IProgress<TranscriptionProgress>? progress,
        CancellationToken cancellationToken)
    {
        _stages = stages;
        _batch = stages.BatchWithin(options.Batch);
        _audio = audio;
        _embedVoices = embedVoices;
        _wish = wish;
        _progress = progress;
        _callerToken = cancellationToken;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _sentences = new SentenceStream(stages.Punctuator?.OpenStream());
    }

    /// <summary>Reads the recording to its end and runs every model over it.</summary>
    public async Task<RecordingAnalysis> AnalyzeAsync()
    {
        using InferenceScope scope = InferenceScope.Begin();
        IReadOnlyList<HotwordOutcome> hotwords = _stages.Recognizer.Prepare(_wish, _callerToken);
        _notices.AddRange(hotwords.Where(hotword => !hotword.Applied).Select(hotword => $"The hotword '{hotword.Word}' was not used: {hotword.Reason}"));
        IDiarizationStream? voices = await ListenRecognizeAndEmbedAsync().ConfigureAwait(false);
        IReadOnlyList<Sentence> sentences = _sentences.All;
        VoiceEmbeddings? embeddings = EmbedRest(voices);
        return new RecordingAnalysis
        {
            Bundle = _stages.Bundle.Name,
            Duration = AudioClock.ToTime(_samples),
            Sentences = sentences,
            Voices = embeddings,
            Hotwords = hotwords,
            Stages = _stages.Describe(_clock, _sentences.UsesModel, embedded: embeddings is not null, scope),
            WallSeconds = Stopwatch.GetElapsedTime(_start).TotalSeconds,
            Notices = [.. scope.Notices, .. _notices, .. DomainCheck.Notices(_stages.Bundle, [.. sentences.SelectMany(sentence => sentence.Words)])],
        };
    }

    public void Dispose() => _stop.Dispose();

    // Listening feeds recognition and embedding, recognition feeds punctuation; all run at once. The first that fails stops the others.
    private async Task<IDiarizationStream?> ListenRecognizeAndEmbedAsync()
    {
        IDiarizationStream? voices = _embedVoices ? _stages.Diarizer?.OpenStream() : null;
        if (_embedVoices && voices is null)
            _notices.Add($"The bundle '{_stages.Bundle.Name}' has no speaker model: nobody is named.");
        Channel<SpeechSegment> toRecognizer = Queue<SpeechSegment>(QueuedSegments);
        Channel<Task<RecognizedStretch>> toPunctuator = Queue<Task<RecognizedStretch>>(_stages.RecognitionLanes);
        Channel<SpeechSegment>? toDiarizer = voices is null ? null : Queue<SpeechSegment>(QueuedSegments);

        List<Task> stages =
        [
            Task.Run(() => Guarded(() => ListenAsync(toRecognizer.Writer, toDiarizer?.Writer))),
            Task.Run(() => Guarded(() => RecognizeAsync(toRecognizer.Reader, toPunctuator.Writer))),
            Task.Run(() => Guarded(() => PunctuateAsync(toPunctuator.Reader))),
        ];
        if (voices is not null)
            stages.Add(Task.Run(() => Guarded(() => EmbedAsync(toDiarizer!.Reader, voices))));

        try
        {
            await Task.WhenAll(stages).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Stages that were only stopped by the failure of another have nothing to say.
            _callerToken.ThrowIfCancellationRequested();
            foreach (Task stage in stages)
            {
                if (stage is { IsFaulted: true })
                    await stage.ConfigureAwait(false);
            }

            throw;
        }

        return voices;
    }

    // Marks after words, words to sentences; those that are settled are told at once.
    private void Punctuate(IReadOnlyList<RecognizedSegment>? segments, TimeSpan done)
    {
        IReadOnlyList<Sentence> settled;
        using (_clock.Run(PipelineStage.Punctuation))
            settled = segments is null ? _sentences.Complete(_stop.Token) : _sentences.Push(segments, _stop.Token);
        if (settled.Count == 0 || _progress is null)
            return;

        // The analysis keeps what was spoken; readers are told what they will read.
        IReadOnlyList<Sentence> told = _stages.Normalizes(_wish) ? InverseTextNormalizer.Normalize(settled) : settled;
        _progress.Report(new TranscriptionProgress(PipelineStage.Punctuation, done, _audio.Duration) { Settled = told });
    }

    // The last windows have waited for a full batch.
    private VoiceEmbeddings? EmbedRest(IDiarizationStream? voices)
    {
        using StageClock.Lap lap = _clock.Run(PipelineStage.Speakers);
        return voices?.Embeddings(_callerToken);
    }

    private async Task ListenAsync(ChannelWriter<SpeechSegment> toRecognizer, ChannelWriter<SpeechSegment>? toDiarizer)
    {
        SpeechSegmenter segmenter = new(_stages.Fbank, _stages.Vad, _clock);
        foreach (SpeechSegment segment in segmenter.Segments(_audio, Heard, _stop.Token))
        {
            await toRecognizer.WriteAsync(segment, _stop.Token).ConfigureAwait(false);
            if (toDiarizer is not null)
                await toDiarizer.WriteAsync(segment, _stop.Token).ConfigureAwait(false);
        }

        _samples = segmenter.SamplesHeard;
        toRecognizer.Complete();
        toDiarizer?.Complete();
    }

    private async Task RecognizeAsync(ChannelReader<SpeechSegment> segments, ChannelWriter<Task<RecognizedStretch>> recognized)
    {
        RecognitionLanes lanes = new(_stages.Recognizer, _wish, _batch, _stages.RecognitionLanes, _clock, _stop.Token);
        await using ConfiguredAsyncDisposable ending = lanes.ConfigureAwait(false);

        // Batches are planned over stretches whose make-up depends on the recording alone, never on which thread was faster,
        // so that the same input gives the same batches and thereby the same words.
        List<SpeechSegment> stretch = [];
        await foreach (SpeechSegment segment in segments.ReadAllAsync(_stop.Token).ConfigureAwait(false))
        {
            stretch.Add(segment);
            if (stretch.Count < 2 * _batch.MaxBatchSegments && stretch.Sum(item => item.Bounds.DurationMs) < _batch.MaxBatchSeconds * 1000)
                continue;
            await recognized.WriteAsync(await lanes.BeginAsync(stretch).ConfigureAwait(false), _stop.Token).ConfigureAwait(false);
            stretch = [];
        }

        if (stretch.Count > 0)
            await recognized.WriteAsync(await lanes.BeginAsync(stretch).ConfigureAwait(false), _stop.Token).ConfigureAwait(false);
        recognized.Complete();
    }

    private async Task PunctuateAsync(ChannelReader<Task<RecognizedStretch>> recognized)
    {
        await foreach (Task<RecognizedStretch> next in recognized.ReadAllAsync(_stop.Token).ConfigureAwait(false))
        {
            RecognizedStretch stretch = await next.ConfigureAwait(false);
            Punctuate(stretch.Segments, stretch.End);
            _notices.AddRange(stretch.Segments.Select(segment => segment.Fault).OfType<string>());
            Report(PipelineStage.Asr, stretch.End);
        }

        Punctuate(segments: null, AudioClock.ToTime(_samples));
        Report(PipelineStage.Asr, AudioClock.ToTime(_samples));
    }

    private async Task EmbedAsync(ChannelReader<SpeechSegment> segments, IDiarizationStream voices)
    {
        await foreach (SpeechSegment segment in segments.ReadAllAsync(_stop.Token).ConfigureAwait(false))
        {
            using (_clock.Run(PipelineStage.Speakers))
                voices.Push(segment, _stop.Token);
            Report(PipelineStage.Speakers, TimeSpan.FromMilliseconds(segment.Bounds.EndMs));
        }

        Report(PipelineStage.Speakers, AudioClock.ToTime(_samples));
    }

    private void Heard(long samples) => Report(PipelineStage.Audio, AudioClock.ToTime(samples));

    private void Report(PipelineStage stage, TimeSpan done) => _progress?.Report(new TranscriptionProgress(stage, done, _audio.Duration));

    private async Task Guarded(Func<Task> stage)
    {
        try
        {
            await stage().ConfigureAwait(false);
        }
        catch
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static Channel<T> Queue<T>(int capacity) => Channel.CreateBounded<T>(
        new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
}
