using static Parley.Server.Configuration.Setting;

namespace Parley.Server.Configuration.Keys;

/// <summary>Section <c>observability</c>.</summary>
internal static class ObservabilityKeys
{
    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Bool("observability.metrics_enabled", "FUNASR_METRICS_ENABLED", o => o.Observability.MetricsEnabled, (o, v) => With(o, o.Observability with { MetricsEnabled = v })),
        OptionalText("observability.metrics_token", "FUNASR_METRICS_TOKEN", "a secret text", static _ => true,
            o => o.Observability.MetricsToken, (o, v) => With(o, o.Observability with { MetricsToken = v })) with { IsSecret = true, IsLive = true },
        Bool("observability.alert_enabled", "FUNASR_ALERT_ENABLED", o => o.Observability.AlertEnabled, (o, v) => With(o, o.Observability with { AlertEnabled = v })) with { IsLive = true },
        Number("observability.alert_queue_saturation_ratio", "FUNASR_ALERT_QUEUE_SATURATION_RATIO", 0.01, 1, "a share",
            o => o.Observability.AlertQueueSaturationRatio, (o, v) => With(o, o.Observability with { AlertQueueSaturationRatio = v })) with { IsLive = true },
        Int("observability.alert_error_surge_threshold", "FUNASR_ALERT_ERROR_SURGE_THRESHOLD", 1, int.MaxValue,
            o => o.Observability.AlertErrorSurgeThreshold, (o, v) => With(o, o.Observability with { AlertErrorSurgeThreshold = v })) with { IsLive = true },
        Int("observability.alert_cooldown_seconds", "FUNASR_ALERT_COOLDOWN_SECONDS", 1, 31_536_000,
            o => o.Observability.AlertCooldownSeconds, (o, v) => With(o, o.Observability with { AlertCooldownSeconds = v })) with { IsLive = true },
        Number("observability.alert_rtf_factor", "FUNASR_ALERT_RTF_FACTOR", 1, 1000, "a factor",
            o => o.Observability.AlertRtfFactor, (o, v) => With(o, o.Observability with { AlertRtfFactor = v })) with { IsLive = true },
        OptionalText("observability.otlp_endpoint", "FUNASR_OTLP_ENDPOINT", "an address that begins with http:// or https://", IsHttpAddress,
            o => o.Observability.OtlpEndpoint, (o, v) => With(o, o.Observability with { OtlpEndpoint = v })),
    ];

    private static ServerOptions With(ServerOptions options, ObservabilityOptions observability) => options with { Observability = observability };
}
