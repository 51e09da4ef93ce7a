using System.Runtime.InteropServices;

namespace Parley.Inference.Devices;

/// <summary>What the processor calls itself.</summary>
internal static class CpuInformation
{
    private const string LinuxFile = "/proc/cpuinfo";

    public static string ModelName()
    {
        string? name = null;
        if (OperatingSystem.IsLinux() && File.Exists(LinuxFile))
        {
            // "model name : AMD EPYC ..."; chips with Arm cores have no such line.
            name = File.ReadLines(LinuxFile)
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?
                .Split(':', 2)[^1].Trim();
        }
        else if (OperatingSystem.IsMacOS())
        {
            name = MacInformation.ChipName();
        }
        else if (OperatingSystem.IsWindows())
        {
            name = Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        }

        return string.IsNullOrWhiteSpace(name) ? $"CPU ({RuntimeInformation.ProcessArchitecture})" : name;
    }
}
