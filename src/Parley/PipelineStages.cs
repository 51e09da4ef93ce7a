using System.Diagnostics;
using Parley.Asr;
using Parley.Audio;
using Parley.Features;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Inference.Optimized;
using Parley.Models;
using Parley.Punctuation;
using Parley.Speakers;
using Parley.Transcripts;
using Parley.Vad;

namespace Parley;

/// <summary>The stages of a pipeline, loaded: the place where a bundle's files and configuration become stages. Safe for concurrent use.</summary>
internal sealed class PipelineStages : IDisposable
{
    private readonly Dictionary<PipelineStage, ModelSession> _sessions = [];
    private readonly bool _useOptimized;
    private readonly ModelSession? _hotwordSession;
    private int _lanes;

    private PipelineStages(ModelBundle bundle, PipelineOptions options)
    {
        Bundle = bundle;
        _useOptimized = options.Inference.UseOptimized;
        long start = Stopwatch.GetTimestamp();
        List<(PipelineStage Stage, string Path)> models =
        [
            (PipelineStage.Asr, bundle.Asr.ModelPath),
            (PipelineStage.Vad, bundle.Vad.ModelPath),
        ];
        if (bundle.Punctuation is { } punctuation)
            models.Add((PipelineStage.Punctuation, punctuation.ModelPath));
        if (options.Diarize && bundle.Speakers is { } speakers)
            models.Add((PipelineStage.Speakers, speakers.ModelPath));

        try
        {
            LoadSessions(models, options.Inference);
            Vad = new FsmnVadDetector(_sessions[PipelineStage.Vad], Cmvn.Load(bundle.Vad.CmvnPath, 400), VadSettings.For(bundle.Vad.Config, options));
            _hotwordSession = bundle.Asr.HotwordModelPath is { } hotwords ? ModelSession.Load(hotwords, options.Inference with { Threads = 1 }) : null;
            Recognizer = LoadRecognizer(bundle);
            Punctuator = bundle.Punctuation is { } marks
                ? new CtTransformerPunctuator(_sessions[PipelineStage.Punctuation], marks.Tokens, new PunctuationOptions { MarkList = marks.Config.Marks })
                : null;
            Diarizer = _sessions.TryGetValue(PipelineStage.Speakers, out ModelSession? session)
                ? new CampPlusDiarizer(session, options.Diarization)
                : null;
        }
        catch
        {
            Dispose();
            throw;
        }

        LoadTime = Stopwatch.GetElapsedTime(start);
    }

    public ModelBundle Bundle { get; }

    public TimeSpan LoadTime { get; }

    public FbankExtractor Fbank { get; } = new(FbankOptions.Asr);

    public IVoiceActivityDetector Vad { get; }

    public ISpeechRecognizer Recognizer { get; }

    /// <summary>Null when the bundle has no model for it: the recogniser sets the marks.</summary>
    public IPunctuator? Punctuator { get; }

    /// <summary>Null when the pipeline was loaded without speakers, or the bundle has no model for them.</summary>
    public ISpeakerDiarizer? Diarizer { get; }

    /// <summary>Whether the words of the recogniser are to be normalised to meet a wish.</summary>
    public bool Normalizes(RecognitionWish wish) => wish.Itn && !Recognizer.WritesFigures;

    public static PipelineStages Load(ModelBundle bundle, PipelineOptions options) => new(bundle, options);

    /// <summary>Each stage with a model and the device that would run it, such as <c>asr cpu</c>.</summary>
    public IEnumerable<string> Devices() => _sessions.OrderBy(item => item.Key).Select(item => $"{item.Key.ToString().ToLowerInvariant()} {item.Value.Device}");

    /// <summary>
    /// The devices that would run the stages, and how they were chosen: <c>cpu (as configured)</c>, or
    /// <c>cuda for asr, speakers (the fastest by measurement); cpu for vad, punctuation (the fastest by measurement)</c>.
    /// </summary>
    public string DeviceChoices()
        => string.Join("; ", _sessions.OrderBy(item => item.Key).GroupBy(item => (item.Value.Device, item.Value.DeviceReason)).Select(group =>
        {
            string stages = group.Count() == _sessions.Count ? "" : $" for {string.Join(", ", group.Select(item => item.Key.ToString().ToLowerInvariant()))}";
            return $"{group.Key.Device}{stages} ({group.Key.DeviceReason})";
        }));

    /// <summary>Runs every model once on a second of noise.</summary>
    public void WarmUp(CancellationToken cancellationToken)
    {
        Random random = new(Seed: 1);
        float[] samples = [.. Enumerable.Range(0, AudioClock.SampleRateHz).Select(_ => (random.NextSingle() - 0.5f) / 10)];
        float[] frames = Fbank.Compute(samples);
        SpeechSegment segment = new(0, new VadSegment(0, 1000), samples, frames);
        Vad.OpenStream().Push(frames, new float[frames.Length / Fbank.Dim], cancellationToken);
        Recognizer.Recognize([segment], RecognitionWish.None, cancellationToken);
        Punctuator?.Punctuate(["warm", "up"], cancellationToken);
        IDiarizationStream? voices = Diarizer?.OpenStream();
        voices?.Push(segment, cancellationToken);
        voices?.Embeddings(cancellationToken);
    }

    /// <summary>Takes up rewritten networks that were made since the stages were loaded. Call it between recordings.</summary>
    /// <returns>How many there were.</returns>
    public int TakeUpOptimized() => _useOptimized ? _sessions.Values.Count(session => session.TakeUpOptimized()) : 0;

    /// <summary>Stages whose networks were rewritten, or refused that, with what is to be said about it.</summary>
    public IEnumerable<(string Stage, string Note)> OptimizationNotes()
        => _sessions.OrderBy(item => item.Key).Where(item => OptimizationNote(item.Value) is not null)
            .Select(item => (item.Key.ToString().ToLowerInvariant(), OptimizationNote(item.Value)!));

    /// <summary>Batches that the recogniser works on at once, each on its own threads; devices other than the CPU take one after the other.</summary>
    public int RecognitionLanes => string.Equals(_sessions[PipelineStage.Asr].Device, CpuBackend.DeviceName, StringComparison.Ordinal) ? _lanes : 1;

    /// <summary>Batches as asked for, but no longer than the recogniser's device takes, and with no more padding than pays there.</summary>
    public BatchOptions BatchWithin(BatchOptions asked)
    {
        DeviceLimits limits = _sessions[PipelineStage.Asr].Limits;
        return asked with
        {
            MaxBatchSeconds = Math.Min(asked.MaxBatchSeconds, limits.MaxBatchSeconds ?? asked.MaxBatchSeconds),
            MaxPadding = Math.Min(asked.MaxPadding, limits.MaxPadding),
        };
    }

    /// <summary>What ran where, and how long it took: all stages but the last, which joins what these have found.</summary>
    public IReadOnlyList<StageReceipt> Describe(StageClock clock, bool punctuated, bool embedded, InferenceScope scope)
    {
        IEnumerable<PipelineStage> ran = Enum.GetValues<PipelineStage>()
            .Where(stage => stage != PipelineStage.Transcripts && (stage != PipelineStage.Speakers || embedded) && (stage != PipelineStage.Punctuation || punctuated));
        return [.. ran.Select(stage => new StageReceipt(
            TranscriptAssembler.NameOf(stage),
            _sessions.TryGetValue(stage, out ModelSession? session) ? Path.GetFileName(Path.GetDirectoryName(session.ModelPath)) + (OptimizationNote(session) is { } note ? $" ({note})" : "") : null,
            session is null ? null : string.Join(", ", scope.DevicesOf(session)),
            clock.Seconds(stage)))];
    }

    public void Dispose()
    {
        foreach (ModelSession session in _sessions.Values)
            session.Dispose();
        _hotwordSession?.Dispose();
    }

    private ISpeechRecognizer LoadRecognizer(ModelBundle bundle)
    {
        ModelSession session = _sessions[PipelineStage.Asr];
        Cmvn cmvn = Cmvn.Load(bundle.Asr.CmvnPath, 560);
        Vocabulary vocabulary = new(bundle.Asr.Tokens, bundle.Asr.TokensPath);
        return bundle.Asr.Kind == RecognizerKind.SenseVoice
            ? new SenseVoiceRecognizer(session, cmvn, vocabulary, alwaysMarks: bundle.Punctuation is null)
            : new ParaformerRecognizer(session, cmvn, vocabulary, new ParaformerOptions(), _hotwordSession, bundle.Asr.SegmentDictionaryPath);
    }

    private string? OptimizationNote(ModelSession session)
        => session.IsOptimized ? "optimised"
            : _useOptimized && OptimizedModels.Find(session.ModelPath) is { Refusal: { } refusal } ? $"original; optimised refused: {refusal}" : null;

    // Recognition and embedding run side by side and share the cores; the other two are small.
    private void LoadSessions(List<(PipelineStage Stage, string Path)> models, InferenceOptions inference)
    {
        int threads = inference.Threads ?? CpuBudget.Current.Threads;
        int share = Math.Max(1, models.Exists(model => model.Stage == PipelineStage.Speakers) ? threads / 2 : threads);
        _lanes = CpuBudget.RecognitionLanes(threads);
        InferenceOptions OptionsOf(PipelineStage stage) => inference with
        {
            Threads = stage switch
            {
                PipelineStage.Asr => Math.Max(1, share / _lanes),
                PipelineStage.Speakers => share,
                _ => 1,
            },
        };
        ModelSession[] loaded = new ModelSession[models.Count];
        try
        {
            Parallel.For(0, models.Count, i => loaded[i] = ModelSession.Load(models[i].Path, OptionsOf(models[i].Stage)));
        }
        catch (AggregateException error)
        {
            throw error.InnerExceptions[0];
        }
        finally
        {
            for (int i = 0; i < loaded.Length; i++)
            {
                if (loaded[i] is { } session)
                    _sessions.Add(models[i].Stage, session);
            }
        }
    }
}
