using Parley.Transcripts;

namespace Parley.Cli.Transcribing;

/// <summary>Turns a recording into a transcript. Behind it stands the pipeline with its models.</summary>
internal interface ITranscriber : IDisposable
{
    /// <summary>Transcribes one recording.</summary>
    Task<Transcript> TranscribeAsync(InputFile input, IProgress<TranscriptionProgress> progress, CancellationToken cancellationToken);
}
