namespace Parley.Inference.Devices;

/// <summary>The device that was chosen, and why.</summary>
/// <param name="Device">The device.</param>
/// <param name="Reason">Why this one, in one line.</param>
/// <param name="Rejected">Those that would have come before it, in order, and why they did not.</param>
/// <param name="Fallback">One line for logs and receipts when the configured device could not be had; else null.</param>
public sealed record DeviceChoice(Device Device, string Reason, IReadOnlyList<RejectedDevice> Rejected, string? Fallback = null);

/// <summary>A device that was passed over.</summary>
/// <param name="Name">Name of the device or backend.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record RejectedDevice(string Name, string Reason);
