namespace Parley.Audio;

/// <summary>A header of an MPEG audio frame (layers I to III) or an ADTS frame (AAC).</summary>
/// <param name="Length">Bytes of the frame with its header.</param>
/// <param name="Family">Version, layer and rate: equal in all frames of a stream.</param>
/// <remarks>ISO/IEC 11172-3 §2.4.1.3, ISO/IEC 13818-7 §6.2.</remarks>
internal readonly record struct MpegFrame(int Length, int Family)
{
    // Kilobits per second by index 1 to 14.
    private static readonly int[] V1Layer1 = [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448];
    private static readonly int[] V1Layer2 = [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
    private static readonly int[] V1Layer3 = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    private static readonly int[] V2Layer1 = [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
    private static readonly int[] V2Layer23 = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    private static readonly int[] V1Rates = [44_100, 48_000, 32_000];

    /// <summary>Reads a header; false where there is none.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out MpegFrame frame)
    {
        frame = default;
        if (bytes.Length < 6 || bytes[0] != 0xFF || (bytes[1] & 0xE0) != 0xE0)
            return false;
        int layerBits = (bytes[1] >> 1) & 3;
        return layerBits == 0 ? TryParseAdts(bytes, out frame) : TryParseMpeg(bytes, layer: 4 - layerBits, out frame);
    }

    private static bool TryParseAdts(ReadOnlySpan<byte> bytes, out MpegFrame frame)
    {
        int length = ((bytes[3] & 3) << 11) | (bytes[4] << 3) | (bytes[5] >> 5);
        int rate = (bytes[2] >> 2) & 15;
        frame = new MpegFrame(length, 0x1000 | ((bytes[1] & 8) << 4) | rate);
        return (bytes[1] & 0xF0) == 0xF0 && rate <= 12 && length > 7;
    }

    private static bool TryParseMpeg(ReadOnlySpan<byte> bytes, int layer, out MpegFrame frame)
    {
        frame = default;
        int version = (bytes[1] >> 3) & 3; // 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
        int bitRate = bytes[2] >> 4, rate = (bytes[2] >> 2) & 3, padding = (bytes[2] >> 1) & 1;
        if (version == 1 || bitRate is 0 or 15 || rate == 3)
            return false;
        int[] table = (version, layer) switch
        {
            (3, 1) => V1Layer1,
            (3, 2) => V1Layer2,
            (3, _) => V1Layer3,
            (_, 1) => V2Layer1,
            _ => V2Layer23,
        };
        int hertz = V1Rates[rate] >> (version switch { 3 => 0, 2 => 1, _ => 2 });
        int bits = table[bitRate - 1] * 1000;
        int length = layer switch
        {
            1 => ((12 * bits / hertz) + padding) * 4,
            3 when version != 3 => (72 * bits / hertz) + padding,
            _ => (144 * bits / hertz) + padding,
        };
        frame = new MpegFrame(length, (version << 4) | (layer << 2) | rate);
        return true;
    }
}
