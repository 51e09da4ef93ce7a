namespace Parley.Cli.Terminals;

/// <summary>Progress as plain lines, a few seconds apart: for log files and pipes.</summary>
/// <param name="writeLine">Receives the lines.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class LineProgress(Action<string> writeLine, TimeProvider clock) : IProgressDisplay
{
    /// <summary>Lines are at least so far apart; what takes less time shows none.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public Task<T> TrackAsync<T>(string name, Func<IProgress<TranscriptionProgress>, Task<T>> work)
    {
        long start = clock.GetTimestamp();
        ProgressEstimate estimate = new(() => clock.GetElapsedTime(start));
        Lock gate = new();
        TimeSpan next = Interval;
        return work(new DirectProgress(progress =>
        {
            estimate.Report(progress);
            lock (gate)
            {
                if (clock.GetElapsedTime(start) < next)
                    return;
                next = clock.GetElapsedTime(start) + Interval;
                writeLine($"{name}: {estimate}");
            }
        }));
    }
}
