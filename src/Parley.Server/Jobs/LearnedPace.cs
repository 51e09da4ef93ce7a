namespace Parley.Server.Jobs;

/// <summary>How fast jobs are, learned from those that were computed. Safe for concurrent calls.</summary>
internal sealed class LearnedPace
{
    /// <summary>Weight of the newest job in both averages.</summary>
    private const double NewestWeight = 0.3;

    private const double SecondsBeforeFirst = 90;

    // An average of fewer says little about what is usual.
    private const int JobsForNorm = 5;

    // Loading and grouping weigh too much in shorter recordings to speak of a pace.
    private const double ShortestAudioSeconds = 10;

    private readonly Lock _gate = new();
    private double? _seconds;
    private double? _rtf;
    private int _rtfCount;

    /// <summary>Smoothed wall seconds of one job; 90 before the first.</summary>
    public double SecondsPerJob
    {
        get
        {
            lock (_gate)
                return _seconds ?? SecondsBeforeFirst;
        }
    }

    /// <summary>Smoothed wall seconds for each second of audio; null before the first job that says something about it.</summary>
    public double? Rtf
    {
        get
        {
            lock (_gate)
                return _rtf;
        }
    }

    /// <summary>Takes a computed job in.</summary>
    /// <returns>The usual real-time factor before this job; null while too little is known, or when the job says nothing about it.</returns>
    public double? Add(double wallSeconds, double audioSeconds)
    {
        lock (_gate)
        {
            _seconds = Mix(_seconds, wallSeconds);
            if (!(audioSeconds >= ShortestAudioSeconds))
                return null;
            double? usual = _rtfCount >= JobsForNorm ? _rtf : null;
            _rtf = Mix(_rtf, wallSeconds / audioSeconds);
            _rtfCount++;
            return usual;
        }
    }

    private static double Mix(double? average, double newest) => average is { } old ? old + (NewestWeight * (newest - old)) : newest;
}
