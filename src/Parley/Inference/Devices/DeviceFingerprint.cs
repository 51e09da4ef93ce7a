namespace Parley.Inference.Devices;

/// <summary>What a measurement holds for: it says nothing about another card, driver or runtime.</summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Hardware">What its maker calls it.</param>
/// <param name="Driver">Its driver; null where there is none.</param>
/// <param name="Runtime">Version of ONNX Runtime.</param>
public sealed record DeviceFingerprint(string Device, string Hardware, string? Driver, string Runtime)
{
    /// <summary>Of a device of this machine, as it is now.</summary>
    public static DeviceFingerprint Of(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return new DeviceFingerprint(device.Name, device.Description, device.Driver, ProviderCatalog.Runtime.RuntimeVersion);
    }
}
