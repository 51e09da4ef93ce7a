namespace Parley;

/// <summary>
/// The binary form of a <see cref="RecordingAnalysis"/>: magic, version, body, SHA-256 of all before it. Numbers are little-endian, counts
/// and differences are 7 bits a byte, texts are UTF-8 behind their length in bytes. The body, in order: bundle; duration in ticks; wall
/// seconds; stages (count; name, model, device, seconds); notices (count; text); hotwords (count; word, reason); sentences (count; mark, tags, words (count; text, start in ms
/// after that of the word before, length in ms, confidence)), tags being a byte for whether they follow, language, emotion, events (count; text); whether voices follow (a byte): values in an embedding, windows (count;
/// start of the segment in ms, offset, length in samples), embeddings as 32-bit floats.
/// </summary>
internal static class AnalysisFormat
{
    /// <summary>To be raised with every change of the layout: readers know one version.</summary>
    public const byte Version = 3;

    /// <summary>Bytes of the checksum.</summary>
    public const int ChecksumBytes = 32;

    /// <summary>Longest text that is believed, in bytes: notices carry paths and messages.</summary>
    public const int MaxTextBytes = 64 << 10;

    /// <summary>Most values in an embedding that are believed.</summary>
    public const int MaxDim = 4096;

    /// <summary>What every file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "PARLEY-ANALYSIS\0"u8;
}
