using Parley.Server.Configuration;

namespace Parley.Server.Jobs;

/// <summary>How long a job may run, and how often it is tried.</summary>
internal static class JobLimits
{
    /// <summary>A job over which so many workers or servers died is not tried again: it would take others down.</summary>
    public const int MaxLost = 2;

    private const double BaseSeconds = 300;
    private const double SecondsPerAudioSecond = 0.3;
    private const double MinSeconds = 600;
    private const double MaxSeconds = 3600;
    private const double SecondsWhenUnknown = 1200;
    private const double FirstPauseSeconds = 2;
    private const double LongestPauseSeconds = 60;

    /// <summary>Time that one attempt may take.</summary>
    /// <param name="audio">Length of the recording; null when unknown.</param>
    /// <param name="options">Upper bounds.</param>
    public static TimeSpan Timeout(TimeSpan? audio, TranscriptionOptions options)
    {
        double seconds = audio is { } length
            ? Math.Clamp(BaseSeconds + (SecondsPerAudioSecond * length.TotalSeconds), MinSeconds, MaxSeconds)
            : SecondsWhenUnknown;
        if (options.TaskTimeoutMinutes > 0)
            seconds = Math.Min(seconds, options.TaskTimeoutMinutes * 60.0);
        if (options.TaskMaxProcessingSeconds > 0)
            seconds = Math.Min(seconds, options.TaskMaxProcessingSeconds);
        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>Pause before a further attempt: 2 s, doubled each time, at most a minute.</summary>
    /// <param name="retry">From 1.</param>
    public static TimeSpan Pause(int retry) => TimeSpan.FromSeconds(Math.Min(LongestPauseSeconds, FirstPauseSeconds * Math.Pow(2, retry - 1)));
}
