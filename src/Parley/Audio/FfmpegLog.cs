using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Parley.Audio;

/// <summary>
/// Reads what ffmpeg says on its standard error, line by line as it comes, and keeps what we need: a bounded amount. Safe for concurrent use.
/// </summary>
/// <remarks>
/// ffmpeg decodes around damage and still ends well; only these lines tell. With <c>-loglevel level+info</c> a line reads
/// <c>[context @ address] [level] text</c>, the context being a demuxer, a decoder, a filter or none.
/// </remarks>
internal sealed partial class FfmpegLog
{
    private const int MaxLineChars = 1000;
    private const int MaxErrors = 20;

    private readonly Lock _lock = new();
    private readonly List<string> _errors = [];
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _inputFormat = "";
    private string _decoder = "";
    private bool _mapped;
    private int _streams;
    private TimeSpan? _duration;
    private bool _durationIsEstimate;
    private string? _damage;

    /// <summary>Ends when ffmpeg has opened input and output, or its log has ended.</summary>
    public Task Opened => _opened.Task;

    /// <summary>The length that the container states.</summary>
    public TimeSpan? Duration => Locked(() => _duration);

    /// <summary>Whether that length comes from the container and not from a bit rate.</summary>
    public bool DurationIsReliable => Locked(() => _duration is not null && !_durationIsEstimate);

    /// <summary>Whether that length is the length of the sound: the container has one stream.</summary>
    public bool DurationIsOfSound => Locked(() => _duration is not null && !_durationIsEstimate && _streams == 1);

    /// <summary>The first line that says that a part of the sound could not be read; null if there is none.</summary>
    public string? Damage => Locked(() => _damage);

    /// <summary>Whether the input was opened, so that what failed later is in its contents.</summary>
    public bool IsMapped => Locked(() => _mapped);

    /// <summary>The first errors, without context.</summary>
    public IReadOnlyList<string> Errors => Locked(() => _errors.ToArray());

    /// <summary>Reads to the end.</summary>
    public async Task ReadAsync(StreamReader lines)
    {
        try
        {
            char[] block = new char[4096];
            StringBuilder line = new();
            for (int read; (read = await lines.ReadAsync(block).ConfigureAwait(false)) > 0;)
            {
                for (int i = 0; i < read; i++)
                {
                    char character = block[i];
                    if (character is '\n' or '\r')
                    {
                        Add(line.ToString());
                        line.Clear();
                    }
                    else if (line.Length < MaxLineChars)
                    {
                        line.Append(character);
                    }
                }
            }

            Add(line.ToString());
        }
        finally
        {
            _opened.TrySetResult();
        }
    }

    /// <summary>Takes one line.</summary>
    internal void Add(string line)
    {
        Match parts = Line().Match(line);
        if (!parts.Success)
            return;
        string context = parts.Groups["context"].Value, level = parts.Groups["level"].Value, text = parts.Groups["text"].Value;
        lock (_lock)
        {
            if (level is "error" or "fatal" or "panic" && _errors.Count < MaxErrors)
                _errors.Add(text);
            if (!_mapped && level is "info" or "warning")
                ReadOpening(text);
            else if (_mapped && _damage is null && IsDamage(context, level, text))
                _damage = text;
        }

        if (text.StartsWith("Output #0", StringComparison.Ordinal))
            _opened.TrySetResult();
    }

    private void ReadOpening(string text)
    {
        if (InputFormat().Match(text) is { Success: true } input)
            _inputFormat = input.Groups[1].Value;
        else if (StatedDuration().Match(text) is { Success: true } duration)
            _duration = ToTime(duration);
        else if (text.StartsWith("Estimating duration from bitrate", StringComparison.Ordinal))
            _durationIsEstimate = true;
        else if (StreamLine().IsMatch(text))
            _streams++;
        else if (text.StartsWith("Stream mapping:", StringComparison.Ordinal))
            _mapped = true;
    }

    // A decoder's own errors are concealed losses of a fraction of a frame; what it cannot conceal is repeated without its context.
    private bool IsDamage(string context, string level, string text)
    {
        if (Mapping().Match(text) is { Success: true } mapping)
        {
            // The decoder is called "native" when it is called like the codec.
            string decoder = mapping.Groups["decoder"].Value;
            _decoder = string.Equals(decoder, "native", StringComparison.Ordinal) ? mapping.Groups["codec"].Value : decoder;
            return false;
        }

        if (level is "warning")
            return text.Contains("corrupt input packet", StringComparison.Ordinal) || text.StartsWith("Packet corrupt", StringComparison.Ordinal);
        bool concealed = string.Equals(context, _decoder, StringComparison.Ordinal) && !string.Equals(context, _inputFormat, StringComparison.Ordinal);
        return level is "error" or "fatal" or "panic" && (!concealed || text.Contains("CRC", StringComparison.Ordinal));
    }

    private static TimeSpan ToTime(Match match)
        => TimeSpan.FromHours(int.Parse(match.Groups["hours"].ValueSpan, CultureInfo.InvariantCulture))
            + TimeSpan.FromMinutes(int.Parse(match.Groups["minutes"].ValueSpan, CultureInfo.InvariantCulture))
            + TimeSpan.FromSeconds(double.Parse(match.Groups["seconds"].ValueSpan, CultureInfo.InvariantCulture));

    private T Locked<T>(Func<T> read)
    {
        lock (_lock)
            return read();
    }

    [GeneratedRegex(@"^(?:\[(?<context>[^\]]*?) @ [^\]]*\] )*\[(?<level>panic|fatal|error|warning|info)\] (?<text>.*)$", RegexOptions.None, 10_000)]
    private static partial Regex Line();

    [GeneratedRegex("^Input #0, ([^ ]+), from ", RegexOptions.None, 10_000)]
    private static partial Regex InputFormat();

    [GeneratedRegex(@"^  Duration: (?<hours>\d{1,6}):(?<minutes>\d\d):(?<seconds>\d\d\.\d+),", RegexOptions.None, 10_000)]
    private static partial Regex StatedDuration();

    [GeneratedRegex(@"^  Stream #0:\d+[^>]*: (?:Audio|Video|Subtitle|Data|Attachment)", RegexOptions.None, 10_000)]
    private static partial Regex StreamLine();

    // "Stream #0:1 -> #0:0 (mp3 (mp3float) -> pcm_f32le (native))"
    [GeneratedRegex(@"^  Stream #0:\d+ -> #0:0 \((?<codec>\S+) \((?<decoder>[^)]+)\) -> ", RegexOptions.None, 10_000)]
    private static partial Regex Mapping();
}
