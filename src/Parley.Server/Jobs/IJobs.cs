using Parley.Speakers;

namespace Parley.Server.Jobs;

/// <summary>The only door to jobs, for every protocol. Safe for concurrent calls.</summary>
internal interface IJobs
{
    /// <summary>A cached result that answers this without any work; null when there is none, or <see cref="JobOptions.ForceRefresh"/> is set.</summary>
    Task<JobResult?> FindResultAsync(Guid jobId, string fileName, string md5, JobOptions options, CancellationToken cancellationToken);

    /// <summary>Makes a job durable and queues it. When this returns <see cref="SubmitOutcome.Accepted"/>, row and audio survive a crash, and the audio is the queue's.</summary>
    Task<SubmitOutcome> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken);

    /// <summary>Whether a job could be queued right now; null when it could. Asked before an upload begins, without a promise.</summary>
    SubmitOutcome? WouldRefuse(JobClient client);

    /// <summary>What is known about a job; null when it never existed or was evicted (see <see cref="WasEvicted"/>).</summary>
    Task<JobStatus?> FindAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>A page of a client's jobs, newest first. Jobs of others are never in it.</summary>
    Task<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken);

    /// <summary>Forgets a job with all that is its own, files included; one that waits or runs is cancelled first. False when there is none such.</summary>
    Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>The result of a completed job; null when it is not completed.</summary>
    Task<JobResult?> ResultAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Whether a job was known once and is forgotten by now.</summary>
    bool WasEvicted(Guid id);

    /// <summary>Cancels a job that waits or runs; its worker stops. False when there is none such.</summary>
    Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>
    /// Events of a job, from its present state on (a job that waits begins with its place, one that has ended with its end), ending after its last one.
    /// While nothing else happens, the last place or progress is repeated at most 30 seconds apart.
    /// </summary>
    IAsyncEnumerable<JobEvent> WatchAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Hands in a new job that groups the voices of a completed one anew. Nothing is recognised again where what recognition found is kept; else the recording is read again.</summary>
    /// <param name="id">The completed job; it stays as it is.</param>
    /// <param name="speakers">How many speakers there are.</param>
    /// <param name="client">Whose job the new one is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<RegroupOutcome> RegroupAsync(Guid id, SpeakerCount speakers, JobClient client, CancellationToken cancellationToken);

    /// <summary>Transcripts of completed jobs, with what people correct in them.</summary>
    IJobTranscripts Transcripts { get; }

    /// <summary>Recordings, for people who listen.</summary>
    IRecordings Recordings { get; }

    /// <summary>What was computed last, oldest first.</summary>
    /// <param name="count">Entries at most.</param>
    IReadOnlyList<ComputedJob> History(int count);

    /// <summary>Figures for status pages and metrics.</summary>
    JobFigures Figures { get; }
}

/// <summary>One transcript that was computed.</summary>
/// <param name="EndedAt">When it was done.</param>
/// <param name="AudioSeconds">Length of the recording.</param>
/// <param name="ProcessingSeconds">Wall seconds of the attempt.</param>
/// <param name="IsFromAnalysis">Nothing was recognised: only voices were grouped anew.</param>
internal readonly record struct ComputedJob(DateTimeOffset EndedAt, double AudioSeconds, double ProcessingSeconds, bool IsFromAnalysis);

/// <summary>The queue at a glance. Counters only grow while the process lives.</summary>
internal sealed record JobFigures
{
    public int Waiting { get; init; }

    public int MaxWaiting { get; init; }

    public int Running { get; init; }

    /// <summary>Jobs of which anything is known, ended ones included.</summary>
    public int Known { get; init; }

    /// <summary>Smoothed wall seconds of one computed job; 90 before the first.</summary>
    public double SecondsPerJob { get; init; } = 90;

    public bool IsAccepting { get; init; } = true;

    /// <summary>By state; final states only.</summary>
    public IReadOnlyDictionary<JobState, long> Ended { get; init; } = new Dictionary<JobState, long>();

    /// <summary>By kind: queue_full, timeout, non_retryable_input, model_error, engine_error. Every failed attempt counts.</summary>
    public IReadOnlyDictionary<string, long> Errors { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    public long CacheEntries { get; init; }

    public long CacheBytes { get; init; }

    public long CacheHits { get; init; }

    public long CacheMisses { get; init; }

    /// <summary>Results served without the labels that they were computed with.</summary>
    public long ProjectedServes { get; init; }
}
