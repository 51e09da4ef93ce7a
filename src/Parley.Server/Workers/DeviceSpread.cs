using Parley.Inference.Devices;

namespace Parley.Server.Workers;

/// <summary>
/// Spreads pipelines over several devices. Every pipeline decides for itself and all decide alike, since all see the same devices: nobody has
/// to tell them, and the server's own process touches no driver.
/// </summary>
internal static class DeviceSpread
{
    /// <summary>Gives a pipeline its device; changes nothing where the options name one, or there is only one to choose.</summary>
    /// <param name="manager">Knows the devices.</param>
    /// <param name="create">Makes a manager with other options.</param>
    /// <param name="modelPath">The model whose speed decides: the recogniser.</param>
    /// <param name="setup">Which pipeline of how many.</param>
    public static DeviceManager Spread(DeviceManager manager, Func<DeviceOptions, DeviceManager> create, string modelPath, PipelineSetup setup)
    {
        if (setup.Pipelines < 2 || !string.Equals(setup.Devices.Device, DeviceOptions.Auto, StringComparison.OrdinalIgnoreCase))
            return manager;

        // Without measurements the other devices of the chosen kind count alike, and other kinds not at all.
        Device chosen = manager.Select(modelPath).Device;
        List<(string Name, double Speed)> devices =
        [
            .. manager.AvailableDevices()
                .Where(device => device.Kind != DeviceKind.SoftwareGpu && string.Equals(device.Backend, chosen.Backend, StringComparison.Ordinal))
                .Select(device => (device.Name, 1.0)),
        ];
        return devices.Count < 2 ? manager : create(setup.Devices with { Device = Choose(devices, setup.Number) });
    }

    /// <summary>Shares are taken one after another: each goes to the device that is fastest with all that it would then have to do.</summary>
    /// <param name="devices">Names, and speeds of any common unit; of equals the first is preferred.</param>
    /// <param name="number">Which share, from 1.</param>
    public static string Choose(IReadOnlyList<(string Name, double Speed)> devices, int number)
    {
        int[] taken = new int[devices.Count];
        int best = 0;
        for (int share = 0; share < number; share++)
        {
            best = Enumerable.Range(0, devices.Count).MaxBy(i => devices[i].Speed / (taken[i] + 1));
            taken[best]++;
        }

        return devices[best].Name;
    }
}
