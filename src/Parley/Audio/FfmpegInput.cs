using System.Diagnostics;

namespace Parley.Audio;

/// <summary>How ffmpeg is called on a file that nobody vouches for: that file alone, nothing that it names, bounded memory, no shell.</summary>
internal static class FfmpegInput
{
    // Containers of recordings; none that names other files (hls, dash, concat, sdp, image sequences ...).
    private const string Demuxers =
        "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dts,eac3,flac,flv,gsm,matroska,mov,mp3,mpeg,mpegts,nut,ogg,tak,truehd,tta,voc,w64,wav,wv";

    // One block of memory. It bounds hostile headers, and the silence that fills a gap between time stamps (12 minutes of stereo).
    private const string MaxAllocation = "268435456";

    /// <summary>What ffmpeg is told the input is.</summary>
    /// <param name="fullPath">Full path of the file.</param>
    public static string Name(string fullPath) => "file:" + fullPath;

    /// <summary>A call that reads a file.</summary>
    /// <param name="program">Full path of ffmpeg.</param>
    /// <param name="fullPath">Full path of the file.</param>
    /// <param name="inputOptions">What else is said about the input.</param>
    /// <param name="outputs">What to do with it; nothing: only its head is read, and described in the log.</param>
    public static ProcessStartInfo StartInfo(string program, string fullPath, IEnumerable<string> inputOptions, IEnumerable<string> outputs)
    {
        ProcessStartInfo start = new(program)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true, // ours is not ffmpeg's
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] common = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info", "-max_alloc", MaxAllocation, "-protocol_whitelist", "file", "-format_whitelist", Demuxers];
        foreach (string argument in (string[])[.. common, .. inputOptions, "-i", Name(fullPath), .. outputs])
            start.ArgumentList.Add(argument);
        // Would write report files, or colour the lines that we read.
        start.Environment.Remove("FFREPORT");
        start.Environment.Remove("AV_LOG_FORCE_COLOR");
        start.Environment["AV_LOG_FORCE_NOCOLOR"] = "1";
        return start;
    }
}
