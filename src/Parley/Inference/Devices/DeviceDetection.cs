namespace Parley.Inference.Devices;

/// <summary>What a backend found: devices, or why there are none.</summary>
/// <param name="Devices">In the backend's own order; empty when there are none.</param>
/// <param name="Reason">Why there are none, in one line; null when there are some.</param>
/// <param name="Remedy">What to install or change to have some; null when nothing helps on this machine.</param>
internal sealed record DeviceDetection(IReadOnlyList<Device> Devices, string? Reason = null, string? Remedy = null)
{
    public static DeviceDetection Found(params IReadOnlyList<Device> devices) => new(devices);

    public static DeviceDetection None(string reason, string? remedy = null) => new([], reason, remedy);
}
