using System.Diagnostics;

namespace Parley.Cli.Transcribing;

/// <summary>What the whole process took, for <c>--verbose</c>.</summary>
internal static class ProcessFigures
{
    /// <summary>Time from the start of the process until now, when the models are loaded.</summary>
    public static string Start(TimeSpan loadTime)
    {
        using Process process = Process.GetCurrentProcess();
        double ready = (DateTime.Now - process.StartTime).TotalSeconds;
        return $"Ready after {ready:F2} s, of which {loadTime.TotalSeconds:F2} s loaded the models.";
    }

    /// <summary>Time and memory of the process up to now.</summary>
    public static string End()
    {
        using Process process = Process.GetCurrentProcess();
        return $"In all {(DateTime.Now - process.StartTime).TotalSeconds:F2} s; at most {process.PeakWorkingSet64 / 1_000_000.0:F0} MB of memory.";
    }
}
