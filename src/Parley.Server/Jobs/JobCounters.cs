namespace Parley.Server.Jobs;

/// <summary>What happened since the process began; only grows. Safe for concurrent calls.</summary>
internal sealed class JobCounters
{
    private static readonly string[] Kinds = ["queue_full", "timeout", "non_retryable_input", "model_error", "engine_error"];
    private static readonly JobState[] Final = [JobState.Completed, JobState.Failed, JobState.Cancelled, JobState.TimedOut];

    private readonly long[] _ended = new long[Final.Length];
    private readonly long[] _errors = new long[Kinds.Length];

    public IReadOnlyDictionary<JobState, long> Ended => Final.Select((state, index) => (state, count: Interlocked.Read(ref _ended[index])))
        .ToDictionary(item => item.state, item => item.count);

    public IReadOnlyDictionary<string, long> Errors => Kinds.Select((kind, index) => (kind, count: Interlocked.Read(ref _errors[index])))
        .ToDictionary(item => item.kind, item => item.count, StringComparer.Ordinal);

    public void CountEnd(JobState state) => Interlocked.Increment(ref _ended[Array.IndexOf(Final, state)]);

    public void CountQueueFull() => Interlocked.Increment(ref _errors[0]);

    /// <summary>Counts a failed attempt.</summary>
    public void CountFault(JobFault fault) => Interlocked.Increment(ref _errors[fault switch
    {
        JobFault.Timeout => 1,
        JobFault.Audio => 2,
        JobFault.Model => 3,
        _ => 4,
    }]);
}
