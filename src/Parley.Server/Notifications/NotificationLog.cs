using Microsoft.Extensions.Logging;

namespace Parley.Server.Notifications;

/// <summary>Messages of this room. Ids 80xx; never reused. Never the robot's address, whose key is a secret.</summary>
internal static partial class NotificationLog
{
    [LoggerMessage(8001, LogLevel.Debug, "Notification sent: {Kind}")]
    public static partial void Sent(this ILogger logger, string kind);

    [LoggerMessage(8002, LogLevel.Debug, "Notification {Kind} failed ({Reason}); tried again in {Seconds:F1} s")]
    public static partial void Retrying(this ILogger logger, string kind, string reason, double seconds);

    [LoggerMessage(8003, LogLevel.Warning, "Notification {Kind} could not be delivered: {Reason}")]
    public static partial void NotDelivered(this ILogger logger, string kind, string reason);

    [LoggerMessage(8004, LogLevel.Warning, "Notifications come faster than they can be sent; {Dropped} were dropped so far")]
    public static partial void Dropped(this ILogger logger, long dropped);

    [LoggerMessage(8005, LogLevel.Warning, "The server ends with {Count} notifications unsent")]
    public static partial void Unsent(this ILogger logger, int count);

    [LoggerMessage(8006, LogLevel.Error, "Notifications have stopped: a defect of this program")]
    public static partial void Defect(this ILogger logger, Exception exception);

    [LoggerMessage(8010, LogLevel.Warning, "Alert {Rule} ({Level}): {Details}")]
    public static partial void Alert(this ILogger logger, string rule, AlertLevel level, string details);

    [LoggerMessage(8011, LogLevel.Information, "Alert {Rule} is over: {Details}")]
    public static partial void AlertOver(this ILogger logger, string rule, string details);
}
