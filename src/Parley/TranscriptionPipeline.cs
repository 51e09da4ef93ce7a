using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Asr;
using Parley.Audio;
using Parley.Models;
using Parley.Speakers;
using Parley.Transcripts;

namespace Parley;

/// <summary>
/// Audio in, who-said-what out. Listening, recognition and embedding run side by side and hand segments on as they come; what is kept of
/// a recording is words, times and embeddings, so memory does not grow with its audio. Safe for concurrent calls.
/// </summary>
public sealed class TranscriptionPipeline : IDisposable
{
    private readonly PipelineStages _stages;
    private readonly PipelineOptions _options;
    private readonly ILogger _logger;

    // Wall seconds for each second of audio in the last recording; 0 before the first one has ended.
    private double _lastRtf;
    private int _networksTakenUp;

    internal TranscriptionPipeline(PipelineStages stages, PipelineOptions options, ILogger logger)
    {
        _stages = stages;
        _options = options;
        _logger = logger;
    }

    /// <summary>The models behind this pipeline.</summary>
    public ModelBundle Bundle => _stages.Bundle;

    /// <summary>Each stage with a model and the device that runs it, such as <c>asr cpu</c>; another one after a device has failed.</summary>
    public IReadOnlyList<string> Devices => [.. _stages.Devices()];

    /// <summary>Time that loading the models took.</summary>
    public TimeSpan LoadTime => _stages.LoadTime;

    /// <summary>Networks that were replaced by faster forms of themselves since the pipeline was loaded.</summary>
    public int NetworksTakenUp => Volatile.Read(ref _networksTakenUp);

    /// <summary>Loads the models of a bundle. Heavy: share the pipeline.</summary>
    /// <exception cref="ModelFileException">A model file is not what it should be.</exception>
    public static TranscriptionPipeline Load(ModelBundle bundle, PipelineOptions? options = null, ILoggerFactory? loggers = null)
    {
        options ??= new PipelineOptions();
        ILogger logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<TranscriptionPipeline>();
        PipelineStages stages = PipelineStages.Load(bundle, options);
        logger.Loaded(bundle.Name, stages.LoadTime.TotalSeconds);
        foreach ((string stage, string note) in stages.OptimizationNotes())
            logger.Optimization(stage, note);
        return new TranscriptionPipeline(stages, options, logger);
    }

    /// <summary>Transcribes a recording.</summary>
    /// <param name="audio">Read to its end; the caller disposes it.</param>
    /// <param name="request">What is asked about it; null asks for speakers, their number unknown.</param>
    /// <param name="progress">Told from several threads, a few times for each minute of audio.</param>
    /// <param name="cancellationToken">Stops all stages, in the middle of a model run as well.</param>
    /// <exception cref="RecognitionWishException">What is wished of the words cannot be done with these models, or is beyond the limits.</exception>
    /// <exception cref="AudioDecodeException">The recording cannot be read to its end.</exception>
    /// <exception cref="Inference.InferenceException">A model run failed.</exception>
    public async Task<Transcript> TranscribeAsync(
        AudioSource audio,
        TranscriptionRequest? request = null,
        IProgress<TranscriptionProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        request ??= new TranscriptionRequest();
        if (request.Diarize && !_options.Diarize)
            throw new ArgumentException("Speakers are asked for, but this pipeline was loaded without them.", nameof(request));
        SpeakerBounds.Check(request.Speakers);

        RecordingAnalysis analysis = await AnalyzeAsync(audio, request.Diarize, request.Recognition, progress, cancellationToken).ConfigureAwait(false);
        return Complete(analysis, request, cancellationToken);
    }

    /// <summary>Runs every model over a recording: the costly half of <see cref="TranscribeAsync"/>, to be kept and completed as often as one likes.</summary>
    /// <param name="audio">Read to its end; the caller disposes it.</param>
    /// <param name="embedVoices">Whether speakers may be asked for later.</param>
    /// <param name="recognition">What is wished of the words; null: nothing in particular.</param>
    /// <param name="progress">Told from several threads, a few times for each minute of audio.</param>
    /// <param name="cancellationToken">Stops all stages, in the middle of a model run as well.</param>
    /// <exception cref="RecognitionWishException">What is wished of the words cannot be done with these models, or is beyond the limits.</exception>
    /// <exception cref="AudioDecodeException">The recording cannot be read to its end.</exception>
    /// <exception cref="Inference.InferenceException">A model run failed.</exception>
    public async Task<RecordingAnalysis> AnalyzeAsync(
        AudioSource audio,
        bool embedVoices = true,
        RecognitionWish? recognition = null,
        IProgress<TranscriptionProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(audio);
        if (embedVoices && !_options.Diarize)
            throw new ArgumentException("Voices are asked for, but this pipeline was loaded without their model.", nameof(embedVoices));
        recognition ??= RecognitionWish.None;
        if (recognition.Hotwords.Count > 0 && !_stages.Recognizer.TakesHotwords)
            throw new RecognitionWishException(HotwordSupport.Problem(Bundle) ?? $"{Bundle.Asr.ModelPath} takes no hotwords, although there is a network for them. Leave the hotwords out.");
        Interlocked.Add(ref _networksTakenUp, _stages.TakeUpOptimized());
        AnnounceStart(audio);
        using AnalysisRun run = new(_stages, _options, audio, embedVoices, recognition, progress, cancellationToken);
        RecordingAnalysis analysis = await run.AnalyzeAsync().ConfigureAwait(false);
        if (analysis.Duration > TimeSpan.Zero)
            Volatile.Write(ref _lastRtf, analysis.WallSeconds / analysis.Duration.TotalSeconds);
        return analysis;
    }

    /// <summary>Says who said what in a recording that was analysed: groups voices and joins them with sentences. Takes no model, and little time.</summary>
    /// <param name="analysis">What was found, by this pipeline or another that is set up alike.</param>
    /// <param name="request">What is asked; null asks for speakers, their number unknown. Of its wishes of the words only <see cref="RecognitionWish.Itn"/> counts here; the others come too late.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    /// <returns>What <see cref="TranscribeAsync"/> gives for the same recording and request; the receipt's seconds are those of the analysis and of this call.</returns>
    /// <exception cref="ArgumentException">Speakers are asked for, but the voices were not analysed; or their number contradicts itself.</exception>
    public Transcript Complete(RecordingAnalysis analysis, TranscriptionRequest? request = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        request ??= new TranscriptionRequest();
        SpeakerBounds.Check(request.Speakers);
        if (request.Diarize && analysis.Voices is null && Bundle.Speakers is not null)
            throw new ArgumentException("Speakers are asked for, but the recording was analysed without voices.", nameof(request));

        PipelineOptions options = _options with
        {
            Diarization = _options.Diarization with { KnownVoiceSimilarity = _options.Diarization.KnownVoiceSimilarity ?? Bundle.KnownVoiceSimilarity },
        };
        Transcript transcript = TranscriptAssembler.Assemble(analysis, request, options, _stages.Normalizes(request.Recognition), cancellationToken);
        AnnounceEnd(transcript);
        return transcript;
    }

    /// <summary>Learns what somebody sounds like, from a few seconds of that person alone. Takes the speaker model, and little time.</summary>
    /// <param name="name">Becomes the label of the speaker who has this voice.</param>
    /// <param name="reference">Read to its end; the caller disposes it. Held in memory while it is read: meant for seconds, not hours.</param>
    /// <param name="cancellationToken">Stops it, in the middle of a model run as well.</param>
    /// <exception cref="ArgumentException">The name is empty, or the pipeline has no speaker model.</exception>
    /// <exception cref="AudioDecodeException">The reference cannot be read, or nobody speaks in it.</exception>
    /// <exception cref="Inference.InferenceException">A model run failed.</exception>
    public KnownVoice EnrolVoice(string name, AudioSource reference, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(reference);
        IDiarizationStream voices = _stages.Diarizer?.OpenStream()
            ?? throw new ArgumentException($"The pipeline has no speaker model, so '{name}' cannot be learnt. Load it with speakers, from a bundle that has such a model.", nameof(name));
        foreach (Asr.SpeechSegment segment in new SpeechSegmenter(_stages.Fbank, _stages.Vad, new StageClock()).Segments(reference, static _ => { }, cancellationToken))
            voices.Push(segment, cancellationToken);
        VoiceEmbeddings embeddings = voices.Embeddings(cancellationToken);
        return embeddings.Windows.Count > 0
            ? new KnownVoice(name, embeddings.Centre())
            : throw new AudioDecodeException(AudioFault.Empty, $"Nobody speaks in the reference of '{name}'. Send a few seconds of that voice alone.");
    }

    /// <summary>Runs every model once on a second of noise: the first recording is then as fast as those after it, and a device that cannot run them is found out now.</summary>
    /// <exception cref="Inference.InferenceException">A model run failed.</exception>
    public void WarmUp(CancellationToken cancellationToken = default) => _stages.WarmUp(cancellationToken);

    /// <summary>Unloads the models.</summary>
    public void Dispose() => _stages.Dispose();

    private void AnnounceStart(AudioSource audio)
    {
        string devices = _stages.DeviceChoices();
        double rtf = Volatile.Read(ref _lastRtf);
        if (audio.Duration is not { } duration)
            _logger.TranscribingUnknownLength(devices);
        else if (rtf == 0)
            _logger.Transcribing(duration.TotalMinutes, devices);
        else
            _logger.TranscribingExpected(duration.TotalMinutes, devices, duration.TotalMinutes * rtf);
    }

    private void AnnounceEnd(Transcript transcript)
    {
        Receipt receipt = transcript.Receipt;
        string stages = string.Join(", ", receipt.Stages.Select(stage => $"{stage.Stage} {stage.Seconds:F2} s{(stage.Device is null ? "" : $" on {stage.Device}")}"));
        _logger.Transcribed(transcript.Duration.TotalSeconds, receipt.WallSeconds, receipt.Rtf, transcript.Sentences.Count, transcript.Speakers.Count, stages);
    }
}
