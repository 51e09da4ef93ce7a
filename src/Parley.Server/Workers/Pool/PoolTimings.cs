namespace Parley.Server.Workers.Pool;

/// <summary>How long the pool waits for what. Tests wait less.</summary>
internal sealed record PoolTimings
{
    /// <summary>From the start of a process until its models are loaded: large models on a slow disk take minutes.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Between two questions how a worker is.</summary>
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A worker that has not answered for so long hangs.</summary>
    public TimeSpan HealthLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Between two looks at a worker's memory.</summary>
    public TimeSpan MemoryInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A cancelled job may take so long to stop by itself.</summary>
    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A worker that is asked to end may take so long.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A worker that lived so long without a job did not fail at its start.</summary>
    public TimeSpan ProvenAfter { get; init; } = TimeSpan.FromMinutes(1);
}
