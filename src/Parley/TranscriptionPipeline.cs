using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Asr;
using Parley.Audio;
using Parley.Inference;
using Parley.Models;
using Parley.Punctuation;
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

    internal TranscriptionPipeline(PipelineStages stages, PipelineOptions options, ILogger logger)
    {
        _stages = stages;
        _options = options;
        _logger = logger;
    }

    /// <summary>The models behind this pipeline.</summary>
    public ModelBundle Bundle => _stages.Bundle;

    /// <summary>Time that loading the models took.</summary>
    public TimeSpan LoadTime => _stages.LoadTime;

    /// <summary>Loads the models of a bundle. Heavy: share the pipeline.</summary>
    /// <exception cref="ModelFileException">A model file is not what it should be.</exception>
    public static TranscriptionPipeline Load(ModelBundle bundle, PipelineOptions? options = null, ILoggerFactory? loggers = null)
    {
        options ??= new PipelineOptions();
        ILogger logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<TranscriptionPipeline>();
        PipelineStages stages = PipelineStages.Load(bundle, options);
        logger.Loaded(bundle.Name, stages.LoadTime.TotalSeconds);
        return new TranscriptionPipeline(stages, options, logger);
    }

    /// <summary>Transcribes a recording.</summary>
    /// <param name="audio">Read to its end; the caller disposes it.</param>
    /// <param name="request">What is asked about it; null asks for speakers, their number unknown.</param>
    /// <param name="progress">Told from several threads, a few times for each minute of audio.</param>
    /// <param name="cancellationToken">Stops all stages, in the middle of a model run as well.</param>
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

        AnnounceStart(audio);
        using InferenceScope scope = InferenceScope.Begin();
        using TranscriptionRun run = new(_stages, _options, audio, request, progress, cancellationToken);
        (List<Word> words, IDiarizationStream? voices) = await run.ListenRecognizeAndEmbedAsync().ConfigureAwait(false);
        IReadOnlyList<Sentence> sentences = run.Punctuate(words);
        Diarization? diarization = run.GroupVoices(voices);
        Transcript transcript = run.Join(sentences, diarization, scope);
        AnnounceEnd(transcript);
        return transcript;
    }

    /// <summary>Unloads the models.</summary>
    public void Dispose() => _stages.Dispose();

    private void AnnounceStart(AudioSource audio)
    {
        string devices = string.Join(", ", _stages.Devices());
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
        Volatile.Write(ref _lastRtf, receipt.Rtf);
        string stages = string.Join(", ", receipt.Stages.Select(stage => $"{stage.Stage} {stage.Seconds:F2} s{(stage.Device is null ? "" : $" on {stage.Device}")}"));
        _logger.Transcribed(transcript.Duration.TotalSeconds, receipt.WallSeconds, receipt.Rtf, transcript.Sentences.Count, transcript.Speakers.Count, stages);
    }
}
