using System.Globalization;

namespace Parley.Server.Workers.Pool;

/// <summary>Memory of the machine, or of the container.</summary>
internal interface IMachineMemory
{
    /// <summary>Bytes that there are at all.</summary>
    long TotalBytes { get; }

    /// <summary>Bytes that new work could take without hurting anybody.</summary>
    long AvailableBytes { get; }
}

/// <summary>The real one: what Linux says, bounded by the container's limit; elsewhere what the runtime says. Safe for concurrent use.</summary>
internal sealed class MachineMemory : IMachineMemory
{
    private const string Information = "/proc/meminfo", GroupLimit = "/sys/fs/cgroup/memory.max", GroupUse = "/sys/fs/cgroup/memory.current", GroupDetails = "/sys/fs/cgroup/memory.stat";

    public long TotalBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    public long AvailableBytes
    {
        get
        {
            GCMemoryInfo runtime = GC.GetGCMemoryInfo();
            long free = Field(Information, "MemAvailable:") << 10 ?? runtime.TotalAvailableMemoryBytes - runtime.MemoryLoadBytes;
            if (Number(GroupLimit) is not { } limit || Number(GroupUse) is not { } use)
                return free;

            // Files that were read count as used, and are given up when memory is wanted.
            return Math.Min(free, limit - use + (Field(GroupDetails, "inactive_file ") ?? 0));
        }
    }

    private static long? Field(string path, string name)
    {
        if (!File.Exists(path))
            return null;
        string? line = File.ReadLines(path).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.TryParse(line?[name.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.Any, CultureInfo.InvariantCulture, out long value) ? value : null;
    }

    private static long? Number(string path)
        => File.Exists(path) && long.TryParse(File.ReadAllText(path), NumberStyles.Any, CultureInfo.InvariantCulture, out long bytes) ? bytes : null;
}
