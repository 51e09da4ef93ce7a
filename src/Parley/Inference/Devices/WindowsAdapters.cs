using System.Globalization;
using System.Runtime.Versioning;
using Microsoft.Win32;

namespace Parley.Inference.Devices;

/// <summary>Display adapters as Windows keeps them in its registry.</summary>
internal static class WindowsAdapters
{
    // The device class "Display adapters"; one numbered key for each adapter.
    private const string DisplayClass = @"SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}";

    /// <summary>Adapters in the order of their installation; empty on other systems.</summary>
    public static IReadOnlyList<GraphicsAdapter> List() => OperatingSystem.IsWindows() ? Read() : [];

    [SupportedOSPlatform("windows")]
    private static List<GraphicsAdapter> Read()
    {
        List<GraphicsAdapter> adapters = [];
        using RegistryKey? display = Registry.LocalMachine.OpenSubKey(DisplayClass);
        foreach (string number in display?.GetSubKeyNames() ?? [])
        {
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                continue;
            using RegistryKey? key = display!.OpenSubKey(number);
            if (key?.GetValue("DriverDesc") is not string name)
                continue;
            long? memory = key.GetValue("HardwareInformation.qwMemorySize") is long bytes ? bytes : null;
            bool isSoftware = name.StartsWith("Microsoft Basic", StringComparison.Ordinal);
            adapters.Add(new GraphicsAdapter(name, isSoftware, memory, key.GetValue("DriverVersion") as string, MaxBufferBytes: null));
        }

        return [.. adapters.OrderBy(adapter => adapter.IsSoftware)];
    }
}
