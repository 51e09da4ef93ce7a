using System.Globalization;

namespace Parley.Inference.Devices;

/// <summary>How many threads a model run should take, from the cores that this process may really use.</summary>
public sealed class CpuBudget
{
    private const int MaxLanes = 4;
    private const string Topology = "/sys/devices/system/cpu";

    /// <summary>For this process, read once: quotas and affinity are fixed when a container or service starts.</summary>
    public static CpuBudget Current { get; } = new(Environment.ProcessorCount, Topology);

    /// <param name="usableProcessors">
    /// Logical processors that the process may use. <see cref="Environment.ProcessorCount"/> already honours the affinity mask, the
    /// quota of the control group (rounded up) and the limits of Windows jobs.
    /// </param>
    /// <param name="topology">Linux's folder of processors; where it is missing each logical processor counts as a core.</param>
    internal CpuBudget(int usableProcessors, string topology)
    {
        // Two threads on one core share its arithmetic units, so threads beyond the cores only get into each other's way.
        // A quota counts processor time, not cores: it binds only where it is smaller.
        Cores = PhysicalCores(topology) ?? usableProcessors;
        Threads = Math.Max(1, Math.Min(usableProcessors, Cores));
    }

    /// <summary>Physical cores of the machine.</summary>
    public int Cores { get; }

    /// <summary>Threads inside one model run.</summary>
    public int Threads { get; }

    /// <summary>
    /// Runs of the recogniser side by side that a pipeline with so many threads makes: more do not help, and each holds a batch in memory.
    /// With two threads both are used: embedding voices, which has the other one, is often done earlier.
    /// </summary>
    public static int RecognitionLanes(int threads) => Math.Clamp(threads, 1, MaxLanes);

    private static int? PhysicalCores(string topology)
    {
        if (!Directory.Exists(topology))
            return null;
        HashSet<string> cores = new(StringComparer.Ordinal);
        foreach (string processor in Directory.EnumerateDirectories(topology, "cpu*"))
        {
            string siblings = Path.Combine(processor, "topology", "thread_siblings_list");
            if (!int.TryParse(Path.GetFileName(processor).AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out _) || !File.Exists(siblings))
                continue;
            cores.Add(File.ReadAllText(siblings).Trim());
        }

        return cores.Count == 0 ? null : cores.Count;
    }
}
