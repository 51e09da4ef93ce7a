using static Parley.Server.Configuration.Setting;

namespace Parley.Server.Configuration.Keys;

/// <summary>Section <c>notification</c>.</summary>
internal static class NotificationKeys
{
    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Bool("notification.enabled", "FUNASR_NOTIFICATION_ENABLED", o => o.Notification.Enabled, (o, v) => With(o, o.Notification with { Enabled = v })),
        OptionalText("notification.webhook_url", "FUNASR_WEBHOOK_URL", "an address that begins with http:// or https://", IsHttpAddress,
            o => o.Notification.WebhookUrl, (o, v) => With(o, o.Notification with { WebhookUrl = v })) with { IsSecret = true },
        Int("notification.retry_times", "", 1, 100, o => o.Notification.RetryTimes, (o, v) => With(o, o.Notification with { RetryTimes = v })),
        Int("notification.timeout_seconds", "", 1, 600, o => o.Notification.TimeoutSeconds, (o, v) => With(o, o.Notification with { TimeoutSeconds = v })),
        Int("notification.max_per_minute", "FUNASR_NOTIFICATION_MAX_PER_MINUTE", 1, 10_000, o => o.Notification.MaxPerMinute, (o, v) => With(o, o.Notification with { MaxPerMinute = v })) with { IsLive = true },
    ];

    private static ServerOptions With(ServerOptions options, NotificationOptions notification) => options with { Notification = notification };
}
