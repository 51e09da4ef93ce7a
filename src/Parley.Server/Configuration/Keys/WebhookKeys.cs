using Parley.Server.Webhooks;
using static Parley.Server.Configuration.Setting;

namespace Parley.Server.Configuration.Keys;

/// <summary>Section <c>webhooks</c>.</summary>
internal static class WebhookKeys
{
    public static IReadOnlyList<SettingKey> All { get; } =
    [
        OptionalList("webhooks.urls", "FUNASR_WEBHOOKS_URLS", "addresses that begin with https:// or http://, without user names", Address,
            o => o.Webhooks.Urls, (o, v) => With(o, o.Webhooks with { Urls = v })) with { IsSecret = true },
        OptionalText("webhooks.secret", "FUNASR_WEBHOOKS_SECRET", $"a text of {WebhookSecret.MinBytes} to {WebhookSecret.MaxBytes} bytes, or {WebhookSecret.Prefix} and so many in base64",
            text => WebhookSecret.Parse(text) is not null, o => o.Webhooks.Secret, (o, v) => With(o, o.Webhooks with { Secret = v })) with { IsSecret = true },
        Bool("webhooks.allow_private_networks", "FUNASR_WEBHOOKS_ALLOW_PRIVATE_NETWORKS",
            o => o.Webhooks.AllowPrivateNetworks, (o, v) => With(o, o.Webhooks with { AllowPrivateNetworks = v })),
    ];

    private static ServerOptions With(ServerOptions options, WebhookOptions webhooks) => options with { Webhooks = webhooks };

    // Whether one leads into a private network is judged when all keys are known.
    private static string? Address(string text) => WebhookAddress.Problem(text, allowPrivate: true) is null ? text : null;
}
