using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Parley.Inference.Devices;

namespace Parley.Inference.Optimized;

/// <summary>What a verdict about speed and rounding depends on: the processor and its instructions for 8-bit numbers.</summary>
internal static class ProcessorTraits
{
    private const string LinuxFile = "/proc/cpuinfo";

    // As Linux calls them, on x86 and on Arm.
    private static readonly string[] Instructions = ["avx2", "avx512bw", "avx512_vnni", "avx_vnni", "avx_vnni_int8", "amx_int8", "asimddp", "i8mm", "sve"];

    /// <summary>The processor and its instructions, such as <c>AMD EPYC, avx2 avx512_vnni</c>.</summary>
    public static string Identity { get; } = Describe();

    /// <summary>Whether products of unsigned and signed bytes are added up in 16 bits, where they may saturate: x86 without VNNI.</summary>
    public static bool SaturatesPairs { get; } = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86
        && !Identity.Contains("vnni", StringComparison.Ordinal);

    /// <summary>Whether the runtime's own kernels for floats have vectors of 512 bits.</summary>
    public static bool HasLongVectors { get; } = Avx512F.IsSupported;

    private static string Describe()
    {
        HashSet<string> known = new(OperatingSystem.IsLinux() && File.Exists(LinuxFile) ? Flags() : Intrinsics(), StringComparer.Ordinal);
        return $"{CpuInformation.ModelName()}, {string.Join(' ', Instructions.Where(known.Contains))}".TrimEnd(',', ' ');
    }

    // "flags : fpu vme ..." on x86, "Features : fp asimd ..." on Arm.
    private static string[] Flags()
        => File.ReadLines(LinuxFile).FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal) || line.StartsWith("Features", StringComparison.Ordinal))?
            .Split(':', 2)[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static IEnumerable<string> Intrinsics()
    {
        if (Avx2.IsSupported)
            yield return "avx2";
        if (Avx512BW.IsSupported)
            yield return "avx512bw";
        if (AvxVnni.IsSupported)
            yield return "avx_vnni";
    }
}
