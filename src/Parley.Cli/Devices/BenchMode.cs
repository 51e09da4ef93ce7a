namespace Parley.Cli.Devices;

/// <summary>Where the devices of a benchmark run. The names are those of the server's <c>concurrency_mode</c>.</summary>
internal enum BenchMode
{
    /// <summary>Each in a process of its own: memory is its own, and a driver that crashes takes nothing with it.</summary>
    Pool,

    /// <summary>One after the other in this process.</summary>
    Lock,
}
