namespace Parley.Server.Jobs;

/// <summary>How far a job should have come, while its engine does not say: steps of at most 5 points, and never beyond 85.</summary>
internal static class ProgressEstimate
{
    /// <summary>The job is on a slot.</summary>
    public const int Started = 10;

    /// <summary>The engine has returned.</summary>
    public const int Returned = 90;

    private const double LargestStep = 5;
    private const double Span = 80;
    private const double Ceiling = 85;
    private const double IntervalShare = 0.05;

    /// <summary>Recordings up to this length get no estimates.</summary>
    public static readonly TimeSpan ShortestAudio = TimeSpan.FromSeconds(30);

    /// <summary>Time between two estimates: 5 % of the expected time, from 1 to 5 seconds.</summary>
    public static TimeSpan Interval(TimeSpan expected) => TimeSpan.FromSeconds(Math.Clamp(IntervalShare * expected.TotalSeconds, 1, 5));

    /// <summary>The next estimate, never below the last one.</summary>
    public static double Next(double last, TimeSpan elapsed, TimeSpan expected)
        => Math.Max(last, Math.Min(Math.Min(last + LargestStep, Started + (elapsed / expected * Span)), Ceiling));

    /// <summary>What the engine says, between start and return.</summary>
    public static int Real(TimeSpan done, TimeSpan total)
        => Started + (int)(Math.Clamp(done / total, 0, 1) * (Returned - 1 - Started));
}
