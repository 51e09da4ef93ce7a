namespace Parley.Optimization;

/// <summary>Measures two ways of doing the same: seconds of one run of each.</summary>
internal delegate (double First, double Second) SpeedMeasurement(Action first, Action second, int runs, CancellationToken cancellationToken);

/// <summary>Measures two ways of doing the same in turn, so that whatever else the machine does hits both alike.</summary>
internal static class SpeedGate
{
    /// <summary>The rewritten network must be so many times as fast: below that, a measurement may be chance.</summary>
    public const double SmallestGain = 1.05;

    // The clock for processor time ticks coarsely on some systems.
    private static readonly TimeSpan ShortestSample = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs both once to warm up, then so many times in turn, the one or the other first.</summary>
    /// <returns>Processor seconds of one run of each, median.</returns>
    public static (double First, double Second) Measure(Action first, Action second, int runs, CancellationToken cancellationToken)
    {
        second();
        double once = Seconds(first, repeats: 1);
        int repeats = (int)Math.Clamp(Math.Ceiling(ShortestSample.TotalSeconds / Math.Max(once, 1e-6)), 1, 10_000);
        List<double> firsts = [], seconds = [];
        for (int run = 0; run < runs; run++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool isSwapped = run % 2 == 1;
            if (isSwapped)
                seconds.Add(Seconds(second, repeats));
            firsts.Add(Seconds(first, repeats));
            if (!isSwapped)
                seconds.Add(Seconds(second, repeats));
        }

        return (Median(firsts), Median(seconds));
    }

    /// <summary>The middle one; of an even number the mean of the two in the middle.</summary>
    public static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    // Processor time of this process: networks run in one thread here, and other processes do not count.
    private static double Seconds(Action action, int repeats)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < repeats; i++)
            action();
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds / repeats;
    }
}
