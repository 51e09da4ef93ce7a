using System.Net;
using Parley.Server.Auth;
using Parley.Server.Webhooks;

namespace Parley.Server.Configuration;

/// <summary>What no single key can see: values that do not go together.</summary>
internal static class ConfigurationCheck
{
    public static void Run(ConfigurationBuild build)
    {
        ServerOptions options = build.Options;
        if (options.Notification is { Enabled: true, WebhookUrl: null })
        {
            build.Warnings.Add("notification.enabled is true and notification.webhook_url is empty: nothing is sent. Set FUNASR_WEBHOOK_URL, or notification.enabled to false.");
            build.Options = options with { Notification = options.Notification with { Enabled = false } };
            build.Sources["notification.enabled"] = "no webhook_url";
        }

        if (options.Webhooks is { Urls.Count: > 0, Secret: null })
            build.Errors.Add("webhooks.urls names addresses and webhooks.secret is empty: receivers could not tell who sends. Set FUNASR_WEBHOOKS_SECRET.");
        foreach (string url in options.Webhooks.Urls)
        {
            if (WebhookAddress.Problem(url, options.Webhooks.AllowPrivateNetworks) is { } problem)
                build.Errors.Add($"webhooks.urls: {WebhookAddress.Origin(url)} {problem}");
        }

        build.Errors.AddRange(AuthCheck.Errors(options.Auth));
        build.Warnings.AddRange(AuthCheck.Warnings(options.Auth));
        if (options.Observability is { MetricsEnabled: true, MetricsToken: null } && IsEverywhere(options.Server.Host))
            build.Notes.Add("/metrics and /admin are refused while server.host means all addresses and observability.metrics_token is empty.");
        if (options.Server.MaxFileSizeMb > 1024 * 1024 / 2)
            build.Warnings.Add($"server.max_file_size_mb: {options.Server.MaxFileSizeMb} MB for one upload is more than most disks have.");
    }

    /// <summary>Whether an address to listen on means all of the machine.</summary>
    public static bool IsEverywhere(string host) => host is "" or "*" or "+" || (IPAddress.TryParse(host, out IPAddress? address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));
}
