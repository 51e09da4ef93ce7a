using System.Net;
using System.Text;

namespace Parley.Server.Configuration;

/// <summary>What no single key can see: values that do not go together.</summary>
internal static class ConfigurationCheck
{
    // Of HMAC with SHA-256; the libraries of tokens refuse less.
    private const int MinKeyBytes = 16;

    public static void Run(ConfigurationBuild build)
    {
        ServerOptions options = build.Options;
        if (options.Notification is { Enabled: true, WebhookUrl: null })
        {
            build.Warnings.Add("notification.enabled is true and notification.webhook_url is empty: nothing is sent. Set FUNASR_WEBHOOK_URL, or notification.enabled to false.");
            build.Options = options with { Notification = options.Notification with { Enabled = false } };
            build.Sources["notification.enabled"] = "no webhook_url";
        }

        CheckKey(options.Auth, build);
        if (options.Observability is { MetricsEnabled: true, MetricsToken: null } && IsEverywhere(options.Server.Host))
            build.Notes.Add("/metrics and /admin are refused while server.host means all addresses and observability.metrics_token is empty.");
        if (options.Server.MaxFileSizeMb > 1024 * 1024 / 2)
            build.Warnings.Add($"server.max_file_size_mb: {options.Server.MaxFileSizeMb} MB for one upload is more than most disks have.");
    }

    /// <summary>Whether an address to listen on means all of the machine.</summary>
    public static bool IsEverywhere(string host) => host is "" or "*" or "+" || (IPAddress.TryParse(host, out IPAddress? address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));

    private static void CheckKey(AuthOptions auth, ConfigurationBuild build)
    {
        if (!auth.Enabled)
            return;
        const string Remedy = "Set FUNASR_AUTH_SECRET_KEY to a long random text (openssl rand -hex 32)";
        if (auth.SecretKey is AuthOptions.PlaceholderKey)
        {
            if (auth.AllowDefaultKey)
                build.Warnings.Add($"auth.secret_key is the placeholder that everybody knows, and auth.allow_default_key lets it pass: anybody can make tokens. {Remedy}.");
            else
                build.Errors.Add($"auth.secret_key must not be the placeholder that everybody knows while auth.enabled is true. {Remedy}, or auth.allow_default_key to true.");
        }
        else if (Encoding.UTF8.GetByteCount(auth.SecretKey) < MinKeyBytes)
        {
            build.Errors.Add($"auth.secret_key must have at least {MinKeyBytes} bytes, found {Encoding.UTF8.GetByteCount(auth.SecretKey)}. {Remedy}.");
        }
    }
}
