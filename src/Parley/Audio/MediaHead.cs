using System.Text;

namespace Parley.Audio;

/// <summary>What the first bytes of a file tell.</summary>
internal enum MediaKind
{
    /// <summary>No bytes.</summary>
    Empty,

    /// <summary>RIFF, RIFX, RF64 or BW64 with WAVE inside.</summary>
    Wave,

    /// <summary>The signature of another audio or video container.</summary>
    Known,

    /// <summary>Names other files or addresses.</summary>
    Playlist,

    /// <summary>Readable characters only.</summary>
    Text,

    /// <summary>Binary without a signature that we know.</summary>
    Unknown,
}

/// <summary>The first bytes of a recording and what they are.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="Bytes">At most 64 KiB; fewer only if the recording is shorter.</param>
internal sealed record MediaHead(MediaKind Kind, byte[] Bytes)
{
    private const int MaxBytes = 1 << 16;
    private const int TextBytes = 4096;

    // Signatures at offset 0, unless a '?' skips a byte.
    private static readonly byte[][] Signatures =
    [
        .. new[]
        {
            "RIFF????AVI ", "riff.\x91\xCF\x11", "FORM????AIFF", "FORM????AIFC", "caff", "OggS", "fLaC", "ID3", "#!AMR", ".snd",
            "wvPK", "MAC ", "TTA1", "tBaK", "FLV\x01", "\x1A\x45\xDF\xA3", "\x30\x26\xB2\x75\x8E\x66\xCF\x11", "\x00\x00\x01\xBA", "\x0B\x77",
            "????ftyp", "????moov", "????mdat", "????wide",
        }.Select(Encoding.Latin1.GetBytes),
    ];

    // What a list of references begins with, after blanks and comments; lower case.
    private static readonly string[] PlaylistStarts =
    [
        "#extm3u", "ffconcat", "[playlist]", "[reference]", "rtsptext", "v=0", "<asx", "<mpd", "<smil", "<smoothstreamingmedia", "<playlist",
        "http://", "https://", "ftp://", "rtmp", "rtsp://", "mms://", "rtp://", "udp://", "tcp://", "file:", "file '", "concat:", "hls+", "data:",
    ];

    // Elements that make an XML document a list of references; lower case.
    private static readonly string[] PlaylistElements = ["<mpd", "<smil", "<smoothstreamingmedia", "<asx", "<playlist", "<compositionplaylist"];

    /// <summary>Whether <see cref="WaveReader"/> reads it: a WAV whose format stands within the head and is one of ours.</summary>
    public bool IsNativeWave { get; } = Kind == MediaKind.Wave && WaveFormat.IsNative(Bytes, Bytes.Length == MaxBytes);

    /// <summary>Reads the head from where the stream stands.</summary>
    public static MediaHead Read(Stream stream, string displayName, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaxBytes];
        int count = 0;
        try
        {
            for (int read; count < MaxBytes && (read = stream.Read(buffer, count, MaxBytes - count)) > 0; count += read)
                cancellationToken.ThrowIfCancellationRequested();
        }
        catch (IOException error)
        {
            throw new AudioDecodeException(AudioFault.Damaged, $"{displayName} cannot be read: {error.Message}", error);
        }

        return From(buffer.AsSpan(0, count).ToArray());
    }

    /// <summary>Tells what the first bytes are.</summary>
    public static MediaHead From(byte[] bytes) => new(Classify(bytes), bytes);

    private static MediaKind Classify(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return MediaKind.Empty;
        if (bytes.Length >= 12 && bytes[8..12].SequenceEqual("WAVE"u8)
            && (bytes.StartsWith("RIFF"u8) || bytes.StartsWith("RIFX"u8) || bytes.StartsWith("RF64"u8) || bytes.StartsWith("BW64"u8)))
            return MediaKind.Wave;
        if (IsPlaylist(SkipId3(bytes)))
            return MediaKind.Playlist;
        foreach (byte[] signature in Signatures)
        {
            if (Matches(bytes, signature))
                return MediaKind.Known;
        }

        if (MpegFrame.TryParse(bytes, out MpegFrame first) && first.Length < bytes.Length && MpegFrame.TryParse(bytes[first.Length..], out _))
            return MediaKind.Known;
        if (bytes.Length > 376 && bytes[0] == 0x47 && bytes[188] == 0x47 && bytes[376] == 0x47) // MPEG transport stream
            return MediaKind.Known;
        return IsText(bytes) ? MediaKind.Text : MediaKind.Unknown;
    }

    private static bool Matches(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature)
    {
        if (bytes.Length < signature.Length)
            return false;
        for (int i = 0; i < signature.Length; i++)
        {
            if (signature[i] != '?' && bytes[i] != signature[i])
                return false;
        }

        return true;
    }

    // Decoders skip such a tag before they look at a file, so a list may hide behind it.
    private static ReadOnlySpan<byte> SkipId3(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 10 && bytes.StartsWith("ID3"u8))
        {
            int size = 10 + ((bytes[6] & 0x7F) << 21) + ((bytes[7] & 0x7F) << 14) + ((bytes[8] & 0x7F) << 7) + (bytes[9] & 0x7F);
            bytes = bytes[Math.Min(size, bytes.Length)..];
        }

        return bytes;
    }

    private static bool IsPlaylist(ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, TextBytes)]).ToLowerInvariant();
        foreach (string line in text.TrimStart('\u00EF', '\u00BB', '\u00BF').Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0))
        {
            if (PlaylistStarts.Any(start => line.StartsWith(start, StringComparison.Ordinal)))
                return line[0] != 'v' || text.Contains("\nm=", StringComparison.Ordinal) || text.Contains("\no=", StringComparison.Ordinal);
            if (line.StartsWith("<?xml", StringComparison.Ordinal) || line.StartsWith("<!--", StringComparison.Ordinal))
                return PlaylistElements.Any(element => text.Contains(element, StringComparison.Ordinal));
            if (line[0] != '#')
                return false;
        }

        return false;
    }

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> start = bytes[..Math.Min(bytes.Length, TextBytes)];
        if (start.ContainsAnyInRange((byte)0x00, (byte)0x08) || start.ContainsAnyInRange((byte)0x0E, (byte)0x1A) || start.Contains((byte)0x7F))
            return false;
        // A character may be cut at the end of what we look at.
        for (int cut = 0; cut < 4 && cut < start.Length; cut++)
        {
            if (System.Text.Unicode.Utf8.IsValid(start[..^cut]))
                return true;
        }

        return false;
    }
}
