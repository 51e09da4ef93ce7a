using Microsoft.Extensions.Logging;

namespace Parley.Server.Webhooks;

/// <summary>Messages of this room. Ids 81xx; never reused. Of addresses no more than the host, whose path and query may hold secrets.</summary>
internal static partial class WebhookLog
{
    [LoggerMessage(8101, LogLevel.Debug, "Webhook {Delivery} ({Type}) delivered to {Origin} at attempt {Attempt}")]
    public static partial void Delivered(this ILogger logger, Guid delivery, string type, string origin, int attempt);

    [LoggerMessage(8102, LogLevel.Information, "Webhook {Delivery} ({Type}) to {Origin} failed at attempt {Attempt}: {Reason} It is tried again in {Seconds:F0} s")]
    public static partial void Retrying(this ILogger logger, Guid delivery, string type, string origin, int attempt, string reason, double seconds);

    [LoggerMessage(8103, LogLevel.Warning, "Webhook {Delivery} ({Type}) to {Origin} is given up after {Attempt} attempts: {Reason}")]
    public static partial void GivenUp(this ILogger logger, Guid delivery, string type, string origin, int attempt, string reason);

    [LoggerMessage(8104, LogLevel.Error, "Webhooks cannot be read or written; sending goes on when the database does")]
    public static partial void StoreFailed(this ILogger logger, Exception exception);

    [LoggerMessage(8105, LogLevel.Error, "Sending a webhook met a defect of this program")]
    public static partial void Defect(this ILogger logger, Exception exception);
}
