using System.Text;

namespace Parley.Server.Protocols.Uploads;

/// <summary>The header <c>Upload-Metadata</c> of tus: keys and values in base64, by commas. Pure.</summary>
internal static class UploadMetadata
{
    private const int MaxKeys = 64;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads it. A key without a value has the empty text.</summary>
    /// <param name="header">As it came.</param>
    /// <param name="problem">What is wrong, as a sentence; null when nothing is.</param>
    public static IReadOnlyDictionary<string, string> Read(string header, out string? problem)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        problem = null;
        foreach (string pair in header.Split(',', StringSplitOptions.TrimEntries))
        {
            if (pair.Length == 0 && header.Trim().Length == 0)
                break;
            int space = pair.IndexOf(' ', StringComparison.Ordinal);
            string key = space < 0 ? pair : pair[..space];
            if (key.Length == 0 || key.Any(letter => letter is <= ' ' or > '~'))
                problem = "A key in Upload-Metadata is empty or has other characters than visible ASCII.";
            else if (Decode(space < 0 ? "" : pair[(space + 1)..].Trim()) is not { } value)
                problem = $"The value of '{Short(key)}' in Upload-Metadata must be UTF-8 in base64.";
            else if (!values.TryAdd(key, value))
                problem = $"The key '{Short(key)}' stands in Upload-Metadata twice.";
            else if (values.Count > MaxKeys)
                problem = $"Upload-Metadata may have {MaxKeys} keys.";
            if (problem is not null)
                break;
        }

        return values;
    }

    private static string? Decode(string base64)
    {
        byte[] bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out int length))
            return null;
        try
        {
            return Strict.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string Short(string key) => key.Length <= 64 ? key : key[..64] + "…";
}
