using Parley.Transcripts;

namespace Parley.Server.Workers.Wire;

/// <summary>A line of the answer to <c>POST /jobs</c>: how far it is, what was said, or, as the last one, a transcript or a failure.</summary>
internal sealed record WorkerLine
{
    public TimeSpan? Done { get; init; }

    public TimeSpan? Total { get; init; }

    /// <summary>Sentences that have been settled since the last line that had any.</summary>
    public IReadOnlyList<TranscriptSentence>? Settled { get; init; }

    public Transcript? Transcript { get; init; }

    public WorkerFailure? Failure { get; init; }
}
