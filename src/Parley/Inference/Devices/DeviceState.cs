namespace Parley.Inference.Devices;

/// <summary>How a device is, as far as it has been used.</summary>
/// <param name="IsUsable">Whether it may be used, or tried again.</param>
/// <param name="LastFailure">What went wrong last; null when nothing did, or it has worked since.</param>
/// <param name="RetryAt">Until when it is, or was, out of use; null without a failure.</param>
public sealed record DeviceState(bool IsUsable, string? LastFailure, DateTimeOffset? RetryAt)
{
    /// <summary>Nothing has gone wrong.</summary>
    public static DeviceState Good { get; } = new(IsUsable: true, LastFailure: null, RetryAt: null);
}
