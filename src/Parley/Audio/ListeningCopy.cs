using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Parley.Audio;

/// <summary>What people hear when they listen to a recording in a browser: the recording itself where browsers play it, else a copy of its sound. Safe for concurrent calls.</summary>
public static class ListeningCopy
{
    /// <summary>Media type of a copy.</summary>
    public const string MediaType = "audio/mp4";

    private const int MaxLogLines = 400;
    private const int MaxLineChars = 1000;

    /// <summary>The media type under which every common browser plays a recording as it is; null when a copy is needed. The contents decide, never the name.</summary>
    /// <param name="path">Path of the recording.</param>
    /// <param name="displayName">What messages call it.</param>
    /// <param name="options">Where ffmpeg is; WAV needs none.</param>
    /// <param name="cancellationToken">Ends the look and ffmpeg.</param>
    /// <exception cref="AudioDecodeException">It is missing, empty, a text, a playlist, or ffmpeg is missing.</exception>
    public static async Task<string?> PlayableTypeAsync(string path, string displayName, AudioOptions options, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(displayName);
        ArgumentNullException.ThrowIfNull(options);
        MediaHead head = AudioFile.ReadHead(path, displayName, cancellationToken);
        if (head.Kind == MediaKind.Wave)
            return WaveFormat.IsPlayable(head.Bytes) ? "audio/wav" : null;
        ProcessStartInfo look = FfmpegInput.StartInfo(Program(displayName, options), Path.GetFullPath(path), [], []);
        (_, IReadOnlyList<string> lines) = await RunAsync(look, displayName, options, cancellationToken).ConfigureAwait(false);
        return MediaSummary.Read(lines).PlayableType(head.Bytes);
    }

    /// <summary>Writes the sound of a recording as AAC in MP4, with its index at the start.</summary>
    /// <param name="path">Path of the recording.</param>
    /// <param name="displayName">What messages call it.</param>
    /// <param name="copyPath">Receives the copy; replaced if it is there. After a failure it is gone.</param>
    /// <param name="options">Where ffmpeg is.</param>
    /// <param name="cancellationToken">Ends ffmpeg.</param>
    /// <exception cref="AudioDecodeException">It has no sound that ffmpeg can decode, or ffmpeg is missing.</exception>
    /// <exception cref="IOException">The copy cannot be written.</exception>
    public static async Task WriteAsync(string path, string displayName, string copyPath, AudioOptions options, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(copyPath);
        ArgumentNullException.ThrowIfNull(options);
        AudioFile.ReadHead(path, displayName, cancellationToken);
        string[] output =
        [
            "-map", "0:a:0", "-map_metadata", "-1", "-map_chapters", "-1", "-af", "aresample=async=1:first_pts=0,aformat=channel_layouts=mono|stereo",
            "-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart", "-f", "mp4", "-y", FfmpegInput.Name(Path.GetFullPath(copyPath)),
        ];
        ProcessStartInfo start = FfmpegInput.StartInfo(Program(displayName, options), Path.GetFullPath(path), ["-vn", "-sn", "-dn"], output);
        bool isWhole = false;
        try
        {
            (int exitCode, IReadOnlyList<string> lines) = await RunAsync(start, displayName, options, cancellationToken).ConfigureAwait(false);
            if (exitCode != 0)
                throw Failure(displayName, exitCode, FfmpegInput.Name(Path.GetFullPath(path)), lines);
            isWhole = true;
        }
        finally
        {
            if (!isWhole)
                File.Delete(copyPath);
        }
    }

    private static string Program(string displayName, AudioOptions options) => FfmpegLocator.Find(options) ?? throw FfmpegLocator.Missing(displayName, options);

    private static async Task<(int ExitCode, IReadOnlyList<string> Lines)> RunAsync(
        ProcessStartInfo start, string displayName, AudioOptions options, CancellationToken cancellationToken)
    {
        using Process process = new() { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            throw FfmpegLocator.Missing(displayName, options, error);
        }

        process.StandardInput.Close();
        Task<List<string>> log = ReadLogAsync(process.StandardError);
        Task output = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        await output.ConfigureAwait(false);
        return (process.ExitCode, await log.ConfigureAwait(false));
    }

    // A bounded part of it: hostile files can make ffmpeg talk without end.
    private static async Task<List<string>> ReadLogAsync(StreamReader reader)
    {
        List<string> lines = [];
        char[] block = new char[4096];
        StringBuilder line = new();
        for (int read; (read = await reader.ReadAsync(block).ConfigureAwait(false)) > 0;)
        {
            foreach (char character in block.AsSpan(0, read))
            {
                if (character is '\n' or '\r')
                    Close();
                else if (line.Length < MaxLineChars)
                    line.Append(character);
            }
        }

        Close();
        return lines;

        void Close()
        {
            if (line.Length > 0 && lines.Count < MaxLogLines)
                lines.Add(line.ToString());
            line.Clear();
        }
    }

    // ffmpeg names the file by its path, which is nobody's business.
    private static AudioDecodeException Failure(string displayName, int exitCode, string input, IReadOnlyList<string> lines)
    {
        string reason = lines.LastOrDefault(line => line.Contains("[error] ", StringComparison.Ordinal) || line.Contains("[fatal] ", StringComparison.Ordinal)) is { } found
            ? found[(found.IndexOf("] ", found.IndexOf("[error]", StringComparison.Ordinal) + 1, StringComparison.Ordinal) + 2)..].Replace(input, displayName, StringComparison.Ordinal)
            : $"ffmpeg ended with code {exitCode}";
        return new AudioDecodeException(AudioFault.Damaged, $"No copy of {displayName} can be made to listen to: {reason.Trim().TrimEnd('.')}.");
    }
}
