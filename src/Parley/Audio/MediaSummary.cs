using System.Text.RegularExpressions;

namespace Parley.Audio;

/// <summary>What ffmpeg says about a file before it decodes any of it. Pure.</summary>
/// <param name="Container">Names of the demuxer, separated by commas, such as <c>mov,mp4,m4a,3gp,3g2,mj2</c>; empty: it knows none.</param>
/// <param name="AudioCodecs">One for each audio stream.</param>
/// <param name="VideoCodecs">One for each video stream; pictures such as covers are none.</param>
internal sealed partial record MediaSummary(string Container, IReadOnlyList<string> AudioCodecs, IReadOnlyList<string> VideoCodecs)
{
    /// <summary>Reads the lines of the log.</summary>
    public static MediaSummary Read(IEnumerable<string> lines)
    {
        string container = "";
        List<string> audio = [], video = [];
        foreach (string line in lines)
        {
            if (Input().Match(line) is { Success: true } input)
                container = input.Groups[1].Value;
            else if (Stream().Match(line) is { Success: true } stream && !line.EndsWith("(attached pic)", StringComparison.Ordinal))
                (stream.Groups["kind"].Value is "Audio" ? audio : video).Add(stream.Groups["codec"].Value);
        }

        return new MediaSummary(container, audio, video);
    }

    /// <summary>The media type under which browsers play such a file; null when not all of them do.</summary>
    /// <param name="head">Its first bytes.</param>
    public string? PlayableType(ReadOnlySpan<byte> head)
    {
        if (AudioCodecs.Count == 0)
            return null;
        string codec = AudioCodecs[0];
        bool hasVideo = VideoCodecs.Count > 0;
        return Container switch
        {
            "mp3" when codec is "mp3" => "audio/mpeg",
            "flac" when codec is "flac" => "audio/flac",
            "ogg" when codec is "opus" or "vorbis" && !hasVideo => "audio/ogg",
            "matroska,webm" when codec is "opus" or "vorbis" && IsWebm(head) => hasVideo ? "video/webm" : "audio/webm",
            _ when Container.StartsWith("mov,mp4", StringComparison.Ordinal) && codec is "aac" or "mp3" && VideoCodecs.All(name => name is "h264") && IsMp4(head)
                => hasVideo ? "video/mp4" : "audio/mp4",
            _ => null,
        };
    }

    // Matroska and WebM differ in a word near the start.
    private static bool IsWebm(ReadOnlySpan<byte> head) => head[..Math.Min(head.Length, 64)].IndexOf("webm"u8) >= 0;

    // QuickTime and 3GP files are of the same family, and not played everywhere.
    private static bool IsMp4(ReadOnlySpan<byte> head)
        => head.Length >= 12 && head[4..8].SequenceEqual("ftyp"u8) && !head[8..].StartsWith("qt  "u8) && !head[8..].StartsWith("3g"u8);

    [GeneratedRegex(@"\[info\] Input #0, (\S+), from ", RegexOptions.None, 10_000)]
    private static partial Regex Input();

    [GeneratedRegex(@"\[info\]   Stream #0:\d+[^ ]*: (?<kind>Audio|Video): (?<codec>[A-Za-z0-9_]+)", RegexOptions.None, 10_000)]
    private static partial Regex Stream();
}
