using Parley.Transcripts;

namespace Parley.Server.Jobs;

/// <summary>A finished transcript, as it is served to one job. The labels are still there; rendering takes them away where the job asks for it.</summary>
/// <param name="JobId">The job that asks (not the one that computed).</param>
/// <param name="FileName">As that job's client calls it.</param>
/// <param name="Md5">Of the recording.</param>
/// <param name="Options">What that job asked for.</param>
/// <param name="Transcript">What was said.</param>
/// <param name="CreatedAt">When it was computed.</param>
/// <param name="ProcessingSeconds">Wall seconds of the attempt that computed it.</param>
internal sealed record JobResult(
    Guid JobId, string FileName, string Md5, JobOptions Options, Transcript Transcript, DateTimeOffset CreatedAt, double ProcessingSeconds);

/// <summary>What is known about a job.</summary>
internal sealed record JobStatus
{
    public required Guid Id { get; init; }

    public required string FileName { get; init; }

    public required string Md5 { get; init; }

    public required JobOptions Options { get; init; }

    public required JobClient Client { get; init; }

    public required JobState State { get; init; }

    /// <summary>Bytes of the recording.</summary>
    public long Length { get; init; }

    /// <summary>Where it stands in the queue; null unless it waits.</summary>
    public QueuePlace? Place { get; init; }

    /// <summary>0 to 100.</summary>
    public required double Progress { get; init; }

    /// <summary>Null unless the job failed, was cancelled or timed out.</summary>
    public string? Error { get; init; }

    public JobFault? Fault { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Full path of the recording, which may be gone; never told to anybody.</summary>
    public string AudioPath { get; init; } = "";

    /// <summary>Whether the recording was to stay when the job has ended.</summary>
    public bool KeepRecording { get; init; }

    /// <summary>Whether the recording is on the disk now.</summary>
    public bool HasRecording => File.Exists(AudioPath);

    /// <summary>The job whose recording this one groups by speakers anew; null when it brought its own.</summary>
    public Guid? DerivedFrom { get; init; }

    /// <summary>The transcript was there before: nothing was computed for this job.</summary>
    public bool IsCached { get; init; }

    /// <summary>Number of the last change that people made to the transcript; 0: it is as the machine made it.</summary>
    public int Revision { get; init; }

    /// <summary>Seconds until it is done, from how fast it goes; null unless it runs and says how far it is.</summary>
    public double? RemainingSeconds { get; init; }

    /// <summary>What came of it; null unless it is completed.</summary>
    public JobOutcome? Outcome { get; init; }

    /// <summary>Whether a client may see it: without users everybody may, a user's jobs are that user's alone.</summary>
    public bool IsFor(JobClient client) => string.Equals(Client.User, client.User, StringComparison.Ordinal);
}

/// <summary>What a completed job is known by.</summary>
/// <param name="DurationSeconds">Of the recording; null when the transcript cannot be read any more.</param>
/// <param name="SpeakerCount">Speakers that were found; null likewise.</param>
/// <param name="ProcessingSeconds">Wall seconds of the attempt that computed it.</param>
internal sealed record JobOutcome(double? DurationSeconds, int? SpeakerCount, double ProcessingSeconds);

/// <summary>Something happened to a job. A watcher that falls behind loses progress and queue places, never the end.</summary>
internal abstract record JobEvent(Guid JobId)
{
    internal sealed record Queued(Guid JobId, QueuePlace Place) : JobEvent(JobId);

    /// <param name="JobId">Job.</param>
    /// <param name="Percent">0 to 100, never falling within one attempt; 0 starts an attempt.</param>
    /// <param name="Message">For people.</param>
    internal sealed record Progressed(Guid JobId, int Percent, string Message) : JobEvent(JobId);

    /// <summary>Text was settled. Whoever missed one of these misses nothing: the next has it all.</summary>
    /// <param name="JobId">Job.</param>
    /// <param name="Sentences">All that has been settled in this attempt, without speakers; what follows does not change it.</param>
    internal sealed record Said(Guid JobId, IReadOnlyList<TranscriptSentence> Sentences) : JobEvent(JobId);

    /// <summary>The last event.</summary>
    internal sealed record Completed(Guid JobId, JobResult Result) : JobEvent(JobId);

    /// <summary>The last event: failed, timed out or cancelled.</summary>
    internal sealed record Ended(Guid JobId, JobStatus Status) : JobEvent(JobId);
}
