using System.Globalization;

namespace Parley.Inference.Devices;

/// <summary>A GPU as Linux's direct rendering manager lists it.</summary>
/// <param name="VendorId">PCI vendor.</param>
/// <param name="Device">PCI device identifier, in hexadecimal.</param>
/// <param name="MemoryBytes">Its memory; null when the driver does not say.</param>
internal sealed record LinuxGpu(int VendorId, string Device, long? MemoryBytes);

/// <summary>GPUs from <c>/sys/class/drm</c>: readable without any driver library.</summary>
internal static class LinuxGpus
{
    public const int Amd = 0x1002, Intel = 0x8086;

    private const string Root = "/sys/class/drm";

    /// <summary>GPUs of a vendor, in the order of their cards; empty on other systems.</summary>
    public static IReadOnlyList<LinuxGpu> Of(int vendor) => [.. List(Root).Where(gpu => gpu.VendorId == vendor)];

    /// <summary>All GPUs below a folder laid out as <c>/sys/class/drm</c>.</summary>
    internal static IReadOnlyList<LinuxGpu> List(string root)
    {
        if (!Directory.Exists(root))
            return [];
        List<LinuxGpu> gpus = [];
        foreach (string card in Directory.EnumerateDirectories(root, "card*").Order(StringComparer.Ordinal))
        {
            // card0 is a card, card0-HDMI-A-1 one of its sockets.
            if (Path.GetFileName(card).Contains('-', StringComparison.Ordinal) || Read(card, "vendor") is not { Length: > 2 } vendor)
                continue;
            long? memory = long.TryParse(Read(card, "mem_info_vram_total"), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : null;
            gpus.Add(new LinuxGpu(int.Parse(vendor.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture), Read(card, "device") ?? "", memory));
        }

        return gpus;
    }

    private static string? Read(string card, string file)
    {
        string path = Path.Combine(card, "device", file);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }
}
