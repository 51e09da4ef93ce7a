using Parley.Server.Configuration;

namespace Parley.Server.Protocols.Forms;

/// <summary>What kind of file was sent, from what its client calls it. Pure.</summary>
internal static class RecordingName
{
    private const int MaxLength = 1024;

    // The same bytes under a name that OpenAI lists and the server's configuration does not.
    private static readonly Dictionary<string, string> Synonyms = new(StringComparer.Ordinal) { [".mpga"] = ".mp3", [".mpeg"] = ".mp3", [".oga"] = ".ogg", [".wave"] = ".wav" };

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["audio/wav"] = ".wav",
        ["audio/x-wav"] = ".wav",
        ["audio/wave"] = ".wav",
        ["audio/vnd.wave"] = ".wav",
        ["audio/mpeg"] = ".mp3",
        ["audio/mp3"] = ".mp3",
        ["audio/mp4"] = ".m4a",
        ["audio/m4a"] = ".m4a",
        ["audio/x-m4a"] = ".m4a",
        ["video/mp4"] = ".mp4",
        ["audio/flac"] = ".flac",
        ["audio/x-flac"] = ".flac",
        ["audio/aac"] = ".aac",
        ["audio/ogg"] = ".ogg",
        ["audio/opus"] = ".opus",
        ["audio/webm"] = ".webm",
        ["video/webm"] = ".webm",
    };

    /// <summary>The extension under which it is stored: one of the allowed ones.</summary>
    /// <exception cref="FormException">It is none of them.</exception>
    public static string ExtensionOf(string fileName, string? contentType, ListenOptions options)
    {
        string extension = Path.GetExtension(fileName).ToLowerInvariant();
        if (extension.Length == 0)
            extension = Types.GetValueOrDefault((contentType ?? "").Split(';')[0].Trim().ToLowerInvariant(), "");
        if (!IsAllowed(extension, options))
            extension = Synonyms.GetValueOrDefault(extension, extension);
        return IsAllowed(extension, options)
            ? extension
            : throw new FormException(
                FormFault.UnsupportedFormat, $"Unrecognized file format '{Quoted.Text(fileName)}'. Supported formats: {string.Join(", ", options.AllowedExtensions.Select(item => item.TrimStart('.')))}.", "file");
    }

    /// <summary>The name by which logs of people and results call it: short, and never empty.</summary>
    public static string Display(string fileName, string extension)
    {
        string name = fileName.Length <= MaxLength ? fileName : fileName[^MaxLength..];
        return name.Length == 0 ? "audio" + extension : name;
    }

    private static bool IsAllowed(string extension, ListenOptions options)
        => extension.Length > 0 && options.AllowedExtensions.Contains(extension, StringComparer.OrdinalIgnoreCase);
}
