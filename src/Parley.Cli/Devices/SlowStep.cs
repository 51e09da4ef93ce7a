using System.Diagnostics;

namespace Parley.Cli.Devices;

/// <summary>Tells of steps only once the work has taken longer than people wait without a word.</summary>
/// <param name="tell">Receives the lines.</param>
internal sealed class SlowStep(Action<string> tell)
{
    /// <summary>How long work may be silent.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>A step begins.</summary>
    public void Begin(string step)
    {
        if (Stopwatch.GetElapsedTime(_start) >= Patience)
            tell(step);
    }
}
