using Parley.Server.Configuration;

namespace Parley.Server.Workers.Pool;

/// <summary>
/// When a worker has served long enough: after so many jobs, or when it holds much more memory between jobs than it did after its first ones.
/// Pure arithmetic.
/// </summary>
internal static class RecycleRule
{
    /// <summary>Jobs after which a worker's memory has settled.</summary>
    public const int SettlingJobs = 3;

    // Of the memory that a worker may take: growth by so much since it settled, or so much in all, is drift.
    private const double MostGrowth = 0.25, MostHeld = 0.75;

    /// <summary>Why it should be replaced; null when it should not.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="jobsDone">Jobs of this process.</param>
    /// <param name="settledBytes">Most memory that it held after one of its first jobs.</param>
    /// <param name="heldBytes">Memory that it holds now, between jobs.</param>
    public static string? Reason(TranscriptionOptions options, int jobsDone, long settledBytes, long heldBytes)
    {
        if (options.WorkerMaxJobs > 0 && jobsDone >= options.WorkerMaxJobs)
            return $"it has done {jobsDone} jobs";
        long limit = (long)options.WorkerMemoryMb << 20;
        if (limit == 0)
            return null;
        if (heldBytes > limit * MostHeld)
            return $"it holds {heldBytes >> 20} MB of memory between jobs, of {options.WorkerMemoryMb} that it may take";
        return jobsDone > SettlingJobs && heldBytes - settledBytes > limit * MostGrowth
            ? $"it has grown from {settledBytes >> 20} to {heldBytes >> 20} MB"
            : null;
    }
}
