namespace Parley.Cli.Devices;

/// <summary>How a benchmark was taken.</summary>
/// <param name="Recording">Name of the recording.</param>
/// <param name="Runs">Runs that count, on each device.</param>
/// <param name="Mode">Where the devices ran.</param>
internal sealed record BenchSetup(string Recording, int Runs, BenchMode Mode)
{
    /// <summary>All of it in a few sentences.</summary>
    public override string ToString()
        => $"Median of {Runs} {(Runs == 1 ? "run" : "runs")} after one to warm up; "
            + (Mode == BenchMode.Pool
                ? "each device in a process of its own, peak memory that of the process."
                : "all devices in one process, peak memory that of the process up to then: later devices include earlier ones.");
}
