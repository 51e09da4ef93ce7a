using System.Security.Cryptography;
using System.Text;

namespace Parley.Server.Webhooks;

/// <summary>The key that webhooks are signed with: text, or <c>whsec_</c> and base64 as Standard Webhooks writes it. Safe for concurrent calls.</summary>
internal sealed class WebhookSecret
{
    /// <summary>What a key in base64 begins with.</summary>
    public const string Prefix = "whsec_";

    /// <summary>Fewest bytes of a key.</summary>
    public const int MinBytes = 24;

    /// <summary>Most bytes of a key.</summary>
    public const int MaxBytes = 64;

    private const string Version = "v1,";

    private readonly byte[] _key;

    private WebhookSecret(byte[] key) => _key = key;

    /// <summary>The key that a text means; null when it is none.</summary>
    public static WebhookSecret? Parse(string text)
    {
        byte[]? key = text.StartsWith(Prefix, StringComparison.Ordinal) ? FromBase64(text[Prefix.Length..]) : Encoding.UTF8.GetBytes(text);
        return key is { Length: >= MinBytes and <= MaxBytes } ? new WebhookSecret(key) : null;
    }

    /// <summary>The header <c>webhook-signature</c> of a message.</summary>
    /// <param name="id">Header <c>webhook-id</c>.</param>
    /// <param name="timestamp">Header <c>webhook-timestamp</c>: Unix seconds.</param>
    /// <param name="body">As it is sent.</param>
    public string Sign(string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using IncrementalHash hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData(Encoding.ASCII.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        return Version + Convert.ToBase64String(hmac.GetHashAndReset());
    }

    private static byte[]? FromBase64(string text)
    {
        byte[] key = new byte[MaxBytes];
        return Convert.TryFromBase64String(text, key, out int length) ? key[..length] : null;
    }
}
