namespace Parley.Server.Jobs;

/// <summary>What became of a submission. A full queue is an answer, not an error.</summary>
internal abstract record SubmitOutcome
{
    private SubmitOutcome()
    {
    }

    /// <summary>The job is durable: it survives the process.</summary>
    /// <param name="Place">Where it stands in the queue.</param>
    /// <param name="IsWaiting">Whether protocol rules call it queued (position beyond the number of slots), else it counts as started.</param>
    internal sealed record Accepted(QueuePlace Place, bool IsWaiting) : SubmitOutcome;

    /// <summary>The result was there already; the job is completed.</summary>
    internal sealed record Completed(JobResult Result) : SubmitOutcome;

    /// <summary>A job of this number, or by this very request, was submitted before; nothing was done.</summary>
    internal sealed record Duplicate(JobStatus Status) : SubmitOutcome;

    /// <summary>The client gave another request the same <see cref="RequestKey"/>; nothing was done.</summary>
    internal sealed record KeyReused : SubmitOutcome;

    /// <summary>Refused for now. The audio stays where it is and stays the caller's.</summary>
    internal sealed record QueueFull(int RetryAfterSeconds, int QueueSize, int MaxQueueSize) : SubmitOutcome;

    /// <summary>Refused: the server stops, or the disk is full. The audio stays the caller's.</summary>
    /// <param name="Message">For the client; says what to do.</param>
    internal sealed record Refused(string Message) : SubmitOutcome;
}

/// <summary>A place in the queue.</summary>
/// <param name="Position">From 1: jobs that must start before this one, and this one.</param>
/// <param name="Wait">Estimate until it starts.</param>
internal readonly record struct QueuePlace(int Position, TimeSpan Wait);
