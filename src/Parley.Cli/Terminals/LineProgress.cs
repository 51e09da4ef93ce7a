namespace Parley.Cli.Terminals;

/// <summary>Progress as plain lines, a few seconds apart: for log files and pipes.</summary>
/// <param name="writeLine">Receives the lines.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="interval">Lines are at least so far apart, and what takes less time shows none; null for <see cref="Interval"/>.</param>
internal sealed class LineProgress(Action<string> writeLine, TimeProvider clock, TimeSpan? interval = null) : IProgressDisplay
{
    /// <summary>Time between two lines where nothing else is asked for.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _interval = interval ?? Interval;

    public Task<T> TrackAsync<T>(string name, Func<IProgress<TranscriptionProgress>, Task<T>> work)
    {
        long start = clock.GetTimestamp();
        ProgressEstimate estimate = new(() => clock.GetElapsedTime(start));
        Lock gate = new();
        TimeSpan next = _interval;
        return work(new DirectProgress(progress =>
        {
            estimate.Report(progress);
            lock (gate)
            {
                if (clock.GetElapsedTime(start) < next)
                    return;
                next = clock.GetElapsedTime(start) + _interval;
                writeLine($"{name}: {estimate}");
            }
        }));
    }
}
