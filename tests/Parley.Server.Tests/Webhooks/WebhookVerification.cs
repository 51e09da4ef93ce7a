using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Parley.Server.Tests.Webhooks;

// As docs/webhooks.md shows it: a test compares them.
public static class WebhookVerification
{
    public static bool Verify(string secret, string id, string timestamp, string signatures, byte[] body)
    {
        byte[] key = secret.StartsWith("whsec_", StringComparison.Ordinal) ? Convert.FromBase64String(secret[6..]) : Encoding.UTF8.GetBytes(secret);
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{id}.{timestamp}."), .. body];
        byte[] expected = Encoding.ASCII.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)));
        bool isRecent = Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(timestamp, CultureInfo.InvariantCulture)) < 300;
        return isRecent && signatures.Split(' ').Any(given => CryptographicOperations.FixedTimeEquals(expected, Encoding.ASCII.GetBytes(given)));
    }
}
