using System.Net;

namespace Parley.Server.Webhooks;

/// <summary>What may stand as the address of a webhook. Pure.</summary>
internal static class WebhookAddress
{
    /// <summary>Most characters.</summary>
    public const int MaxLength = 2048;

    /// <summary>What is wrong with an address, as the end of a sentence that begins with its name; null when nothing is.</summary>
    /// <param name="text">The address.</param>
    /// <param name="allowPrivate">Whether addresses in private networks are fine.</param>
    /// <remarks>Names are looked up when something is sent, and checked again then.</remarks>
    public static string? Problem(string text, bool allowPrivate)
    {
        if (text.Length > MaxLength)
            return $"must have no more than {MaxLength} characters; it has {text.Length}.";
        if (text.Any(letter => letter <= ' ' || char.IsControl(letter)) || !Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            return "must be an address that begins with https:// or http://.";
        if (uri.UserInfo.Length > 0)
            return "must hold no user name and no password: requests are signed, which shows who sends them.";
        if (uri.Fragment.Length > 0)
            return "must have no part behind '#': it would not be sent.";
        return !allowPrivate && LiteralOf(uri) is { } address && !PublicAddress.IsPublic(address) ? PrivateProblem : null;
    }

    /// <summary>Said about addresses that may not be spoken to.</summary>
    public const string PrivateProblem = "leads into a private network, and this server sends nothing there (webhooks.allow_private_networks).";

    /// <summary>An address for people and logs: without path and query, which may hold secrets.</summary>
    public static string Origin(string url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) ? uri.GetLeftPart(UriPartial.Authority) : "";

    private static IPAddress? LiteralOf(Uri uri)
    {
        if (uri.IdnHost.TrimEnd('.') is var host && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)))
            return IPAddress.Loopback;
        return uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 && IPAddress.TryParse(uri.IdnHost, out IPAddress? address) ? address : null;
    }
}
