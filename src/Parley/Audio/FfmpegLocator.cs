namespace Parley.Audio;

/// <summary>Finds the ffmpeg program, which decodes everything but WAV.</summary>
public static class FfmpegLocator
{
    /// <summary>Full path of the program that <see cref="AudioFile"/> would start; null when there is none.</summary>
    /// <remarks>PATH is searched here and not by the system, which on Windows would look into the working directory first.</remarks>
    public static string? Find(AudioOptions options)
    {
        string name = Wanted(options);
        if (name.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) || name.Contains(Path.AltDirectorySeparatorChar, StringComparison.Ordinal))
            return File.Exists(name) ? Path.GetFullPath(name) : null;
        string fileName = OperatingSystem.IsWindows() && !Path.HasExtension(name) ? name + ".exe" : name;
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, fileName))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>The error for a recording that needs ffmpeg where there is none.</summary>
    internal static AudioDecodeException Missing(string displayName, AudioOptions options, Exception? cause = null) => new(
        AudioFault.DecoderMissing,
        $"{displayName} needs ffmpeg to be decoded, and \"{Wanted(options)}\" {(cause is null ? "was not found" : $"cannot be started ({cause.Message})")}. "
            + $"Install it ({InstallHint()}), or name the program in {AudioOptions.FfmpegVariable}; WAV files need no ffmpeg.",
        cause);

    private static string Wanted(AudioOptions options)
        => options.FfmpegPath is { Length: > 0 } chosen ? chosen
            : Environment.GetEnvironmentVariable(AudioOptions.FfmpegVariable) is { Length: > 0 } set ? set
            : "ffmpeg";

    private static string InstallHint()
        => OperatingSystem.IsWindows() ? "winget install Gyan.FFmpeg"
            : OperatingSystem.IsMacOS() ? "brew install ffmpeg"
            : "Debian and Ubuntu: sudo apt-get install ffmpeg; Fedora: sudo dnf install ffmpeg-free; Alpine: apk add ffmpeg";
}
