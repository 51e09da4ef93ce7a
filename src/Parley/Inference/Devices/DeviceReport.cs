namespace Parley.Inference.Devices;

/// <summary>One line of the list of devices: a device, or a backend that has none and why.</summary>
/// <param name="Name">The device's name, or the backend's.</param>
/// <param name="Device">The device; null when the backend has none.</param>
/// <param name="Reason">Why there is none, in one line; null when there is one.</param>
/// <param name="Remedy">What to install or change; null when there is nothing to do.</param>
public sealed record DeviceReport(string Name, Device? Device, string? Reason = null, string? Remedy = null)
{
    /// <summary>Whether models can run on it.</summary>
    public bool IsAvailable => Device is not null;
}
