using Microsoft.Extensions.Logging;
using Parley.Audio;
using Parley.Cli.Terminals;
using Parley.Models;
using Parley.Transcripts;

namespace Parley.Cli.Transcribing;

/// <summary>The pipeline behind the command. Its models are loaded once, before the first recording.</summary>
internal sealed class PipelineTranscriber : ITranscriber
{
    private readonly TranscriptionPipeline _pipeline;
    private readonly TranscriptionRequest _request;
    private readonly Terminal _terminal;
    private readonly AudioOptions _audio = new();

    public PipelineTranscriber(ModelBundle bundle, PipelineOptions options, TranscriptionRequest request, Terminal terminal, ILoggerFactory loggers)
    {
        _pipeline = TranscriptionPipeline.Load(bundle, options, loggers);
        _request = request;
        _terminal = terminal;
    }

    /// <summary>Time that loading the models took.</summary>
    public TimeSpan LoadTime => _pipeline.LoadTime;

    public async Task<Transcript> TranscribeAsync(InputFile input, IProgress<TranscriptionProgress> progress, CancellationToken cancellationToken)
    {
        using Stream? standardInput = input.Path is null ? _terminal.OpenInput() : null;
        // The work begins on another thread, so that the display can be drawn from the start.
        return await Task.Run(
            async () =>
            {
                using AudioSource audio = input.Path is { } path
                    ? AudioFile.Open(path, _audio, cancellationToken)
                    : AudioFile.Open(standardInput!, "standard input", _audio, cancellationToken);
                return await _pipeline.TranscribeAsync(audio, _request, progress, cancellationToken);
            },
            cancellationToken);
    }

    public void Dispose() => _pipeline.Dispose();
}
