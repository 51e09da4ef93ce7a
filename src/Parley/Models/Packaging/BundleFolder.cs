using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Models.Packaging;

/// <summary>Puts bundles into place and takes them away, so that at any moment there is a whole one or none.</summary>
internal static class BundleFolder
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>Whether a text can be the name of a bundle: a plain file name that no system treats specially.</summary>
    public static bool IsName(string name)
        => name is { Length: > 0 and <= 100 } && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '+') && name[0] is not ('.' or '-');

    /// <summary>The manifest as it stands in the file.</summary>
    public static byte[] ManifestOf(BundleNotes notes) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            notes.Name,
            notes.Description,
            notes.Licence,
            Stages = notes.Stages.OrderBy(stage => stage.Key).ToDictionary(stage => stage.Key.ToString().ToLowerInvariant(), stage => stage.Value, StringComparer.Ordinal),
            Sources = notes.Sources.Count == 0 ? null : notes.Sources,
            notes.OutOfDomainConfidence,
            notes.KnownVoiceSimilarity,
            Sha256 = notes.Sha256.OrderBy(file => file.Key, StringComparer.Ordinal).ToDictionary(file => file.Key, file => file.Value, StringComparer.Ordinal),
        },
        Json);

    /// <summary>Writes the manifest of a bundle that is being put together.</summary>
    public static void WriteManifest(string directory, BundleNotes notes) => File.WriteAllBytes(Path.Combine(directory, BundleManifest.FileName), ManifestOf(notes));

    /// <summary>Renames a folder that is ready to its own name; what was there before goes away afterwards, and comes back when renaming fails.</summary>
    public static void MoveIntoPlace(string ready, string target)
    {
        string? old = null;
        if (Directory.Exists(target))
        {
            old = Aside(target);
            Directory.Move(target, old);
        }

        try
        {
            Directory.Move(ready, target);
        }
        catch when (old is not null)
        {
            Directory.Move(old, target);
            throw;
        }

        if (old is not null)
            Directory.Delete(old, recursive: true);
    }

    /// <summary>Removes a bundle: out of sight at once, then file by file.</summary>
    public static void Remove(string directory)
    {
        string aside = Aside(directory);
        Directory.Move(directory, aside);
        Directory.Delete(aside, recursive: true);
    }

    private static string Aside(string directory) => Path.Combine(Path.GetDirectoryName(directory)!, $".{Path.GetFileName(directory)}.{Guid.NewGuid():N}.old");
}
