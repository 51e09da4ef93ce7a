using Microsoft.Extensions.Logging;

namespace Parley.Inference.Devices;

/// <summary>Every message about devices. Ids 8xxx; never reused.</summary>
internal static partial class DeviceLog
{
    [LoggerMessage(8001, LogLevel.Information, "Device {Device} ({Description}, {Provider}): {Reason}")]
    public static partial void DeviceChosen(this ILogger logger, string device, string description, string provider, string reason);

    [LoggerMessage(8002, LogLevel.Information, "Device {Device} passed over: {Reason}")]
    public static partial void DevicePassedOver(this ILogger logger, string device, string reason);

    [LoggerMessage(8003, LogLevel.Warning, "{Fallback}")]
    public static partial void DeviceReplaced(this ILogger logger, string fallback);

    [LoggerMessage(8004, LogLevel.Warning, "Device {Device}: {Warning}")]
    public static partial void DeviceVersion(this ILogger logger, string device, string warning);

    [LoggerMessage(8005, LogLevel.Warning, "Device {Device} failed with {Model} ({Fault}) and is out of use until {RetryAt:u}; the next device goes on. {Message}")]
    public static partial void DeviceFailed(this ILogger logger, string device, string model, InferenceFault fault, string message, DateTimeOffset retryAt);

    [LoggerMessage(8006, LogLevel.Information, "Device {Device} works again with {Model}")]
    public static partial void DeviceRecovered(this ILogger logger, string device, string model);

    [LoggerMessage(8007, LogLevel.Warning, "funasr.device_priority names {Name}, which is no device. Known: {Known}")]
    public static partial void UnknownPriority(this ILogger logger, string name, string known);

    [LoggerMessage(8008, LogLevel.Warning, "{Problem}")]
    public static partial void ProfileIgnored(this ILogger logger, string problem);

    [LoggerMessage(8010, LogLevel.Warning, "The optimised network {File} cannot be loaded and is passed over. {Message} Make it again with: parley models optimize --again")]
    public static partial void OptimizedUnusable(this ILogger logger, string file, string message);

    [LoggerMessage(8009, LogLevel.Warning, "{Outdated}")]
    public static partial void MeasurementOutdated(this ILogger logger, string outdated);
}
