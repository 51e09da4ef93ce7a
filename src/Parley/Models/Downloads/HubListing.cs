using System.Text.Json;
using Parley.Models.Catalog;

namespace Parley.Models.Downloads;

/// <summary>A file as a hub lists it.</summary>
/// <param name="Path">Name in the repository.</param>
/// <param name="Bytes">Size; null when the hub does not say.</param>
/// <param name="Sha256">Checksum, lower-case hexadecimal; null when the hub does not say.</param>
internal sealed record ListedFile(string Path, long? Bytes, string? Sha256);

/// <summary>Reads the hubs' lists of files. What they say is untrusted.</summary>
internal static class HubListing
{
    private const int Sha256Digits = 64;

    /// <summary>Reads an answer.</summary>
    /// <exception cref="JsonException">It is not what the hub's interface describes.</exception>
    public static IReadOnlyList<ListedFile> Read(ModelHub hub, ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            return hub == ModelHub.ModelScope
                ? [.. root.GetProperty("Data").GetProperty("Files").EnumerateArray().Where(file => Text(file, "Type") is not "tree").Select(OfModelScope)]
                : [.. root.EnumerateArray().Where(file => Text(file, "type") is "file").Select(OfHuggingFace)];
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException)
        {
            throw new JsonException($"The hub's list of files is not of the expected form: {error.Message}", error);
        }
    }

    private static ListedFile OfModelScope(JsonElement file)
        => new(file.GetProperty("Path").GetString() ?? "", Number(file, "Size"), Hash(Text(file, "Sha256")));

    // Large files are kept aside (LFS) under their SHA-256; the id of the others is git's own and says nothing about their bytes alone.
    private static ListedFile OfHuggingFace(JsonElement file)
    {
        JsonElement? large = file.TryGetProperty("lfs", out JsonElement lfs) && lfs.ValueKind == JsonValueKind.Object ? lfs : null;
        return new ListedFile(
            file.GetProperty("path").GetString() ?? "",
            large is { } stored ? Number(stored, "size") ?? Number(file, "size") : Number(file, "size"),
            large is { } kept ? Hash(Text(kept, "oid")) : null);
    }

    private static string? Text(JsonElement item, string key) => item.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement item, string key)
        => item.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= 0 ? number : null;

    private static string? Hash(string? text) => text is { Length: Sha256Digits } && text.All(char.IsAsciiHexDigit) ? text.ToLowerInvariant() : null;
}
