using Parley.Inference.Devices;
using Parley.Models;

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
    /// <param name="bundle">The models whose speed decides.</param>
    /// <param name="setup">Which pipeline of how many.</param>
    public static DeviceManager Spread(DeviceManager manager, Func<DeviceOptions, DeviceManager> create, ModelBundle bundle, PipelineSetup setup)
    {
        if (setup.Pipelines < 2 || !string.Equals(setup.Devices.Device, DeviceOptions.Auto, StringComparison.OrdinalIgnoreCase))
            return manager;
        IReadOnlyList<(string Name, double Speed)> devices = Candidates(manager, bundle);
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

    // By measured speed where every device was measured. Without measurements the other devices of the chosen kind count alike, and other kinds not at all.
    private static IReadOnlyList<(string Name, double Speed)> Candidates(DeviceManager manager, ModelBundle bundle)
    {
        string[] models = [.. bundle.Stages.Select(stage => stage.ModelPath)];
        Device chosen = manager.Select(bundle.Asr.ModelPath).Device;
        Device[] usable =
        [
            .. manager.AvailableDevices().Where(device => device.Kind != DeviceKind.SoftwareGpu && !device.IsAlternative
                && models.All(model => manager.Measurements.Objection(device, model) is null)),
        ];
        double?[] speeds = [.. usable.Select(device => manager.Measurements.Speed(device, models))];
        return speeds.All(speed => speed is not null)
            ? [.. usable.Zip(speeds, (device, speed) => (device.Name, speed!.Value))]
            : [.. usable.Where(device => string.Equals(device.Backend, chosen.Backend, StringComparison.Ordinal)).Select(device => (device.Name, 1.0))];
    }
}
