using System.Buffers.Binary;

namespace Parley.Audio;

/// <summary>How a sample is written in a WAV file.</summary>
internal enum WaveEncoding
{
    /// <summary>Whole numbers, little endian: 1 byte unsigned, 2 to 4 bytes signed.</summary>
    Pcm,

    /// <summary>IEEE floating point of 4 or 8 bytes.</summary>
    Float,

    /// <summary>ITU-T G.711 A-law.</summary>
    ALaw,

    /// <summary>ITU-T G.711 mu-law.</summary>
    MuLaw,
}

/// <summary>The format chunk of a WAV file, for the encodings that we read ourselves.</summary>
/// <param name="Encoding">How a sample is written.</param>
/// <param name="Channels">Samples of a block, 1 to 65535.</param>
/// <param name="SampleRateHz">Blocks in a second.</param>
/// <param name="SampleBytes">Bytes of a sample. Fewer valid bits than that are left-aligned, so they need no care.</param>
/// <remarks>Microsoft, "Multiple channel audio data and WAVE files"; EBU Tech 3306 (RF64).</remarks>
internal readonly record struct WaveFormat(WaveEncoding Encoding, int Channels, int SampleRateHz, int SampleBytes)
{
    private const int PcmTag = 1, FloatTag = 3, ALawTag = 6, MuLawTag = 7, ExtensibleTag = 0xFFFE;

    // Bytes of the fields of the chunk, up to the end of the numbers in the sub-format.
    private static readonly int[] Fields = [2, 2, 4, 4, 2, 2, 2, 2, 4, 4, 2, 2];

    // What follows the two bytes of the tag in the sub-format of WAVE_FORMAT_EXTENSIBLE.
    private static ReadOnlySpan<byte> SubFormatTail => [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    /// <summary>Bytes of one sample of every channel.</summary>
    public int BlockBytes => Channels * SampleBytes;

    /// <summary>Reads a format chunk.</summary>
    /// <returns>The format; null if the encoding is not one of ours.</returns>
    /// <exception cref="AudioDecodeException">The chunk contradicts itself.</exception>
    public static WaveFormat? Parse(ReadOnlySpan<byte> chunk, string displayName)
    {
        if (chunk.Length < 16)
            throw Damaged(displayName, $"its format chunk has {chunk.Length} bytes; expected at least 16");
        int tag = BinaryPrimitives.ReadUInt16LittleEndian(chunk);
        if (tag == ExtensibleTag && chunk.Length >= 40 && chunk[26..40].SequenceEqual(SubFormatTail))
            tag = BinaryPrimitives.ReadUInt16LittleEndian(chunk[24..]);
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(chunk[2..]);
        uint rate = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
        int blockBytes = BinaryPrimitives.ReadUInt16LittleEndian(chunk[12..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]);

        int sampleBytes = (bits + 7) / 8;
        WaveEncoding? encoding = (tag, sampleBytes) switch
        {
            (PcmTag, >= 1 and <= 4) => WaveEncoding.Pcm,
            (FloatTag, 4 or 8) => WaveEncoding.Float,
            (ALawTag, 1) => WaveEncoding.ALaw,
            (MuLawTag, 1) => WaveEncoding.MuLaw,
            _ => null,
        };
        if (encoding is null)
            return null;
        if (channels == 0)
            throw Damaged(displayName, "its header says 0 channels");
        if (blockBytes != channels * sampleBytes)
            throw Damaged(displayName, $"its header says {channels} channels of {bits} bits and {blockBytes} bytes for all of them; expected {channels * sampleBytes}");
        if (rate is < Resampler.MinRateHz or > Resampler.MaxRateHz)
            throw Damaged(displayName, $"its header says {rate} samples a second; accepted are {Resampler.MinRateHz} to {Resampler.MaxRateHz}");
        return new WaveFormat(encoding.Value, channels, (int)rate, sampleBytes);
    }

    /// <summary>Turns a big endian format chunk into a little endian one, in place.</summary>
    public static void SwapBytes(Span<byte> chunk)
    {
        int at = 0;
        foreach (int bytes in Fields)
        {
            if (at + bytes > chunk.Length)
                break;
            chunk.Slice(at, bytes).Reverse();
            at += bytes;
        }
    }

    /// <summary>Whether a size is what programs write when they cannot know it: 0, all ones (minus a header), and what sox and arecord put into pipes.</summary>
    public static bool IsUnknownSize(uint size) => size is 0 or >= 0xFFFF_F000 or (>= 0x7FFF_F000 and <= 0x8000_0000);

    /// <summary>Whether we read the file ourselves. A header that is plainly wrong is ours too: we name the fault better.</summary>
    /// <remarks>RIFX is ours altogether: ffmpeg reads its header and then takes the samples for little endian.</remarks>
    /// <param name="head">The first bytes of a WAV file.</param>
    /// <param name="more">Whether the file goes on behind them.</param>
    public static bool IsNative(ReadOnlySpan<byte> head, bool more)
    {
        if (head.StartsWith("RIFX"u8))
            return true;
        long at = 12;
        while (at + 8 <= head.Length)
        {
            ReadOnlySpan<byte> chunk = head[(int)at..];
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("fmt "u8))
            {
                try
                {
                    return Parse(chunk.Slice(8, (int)Math.Min(size, chunk.Length - 8)), "") is not null;
                }
                catch (AudioDecodeException)
                {
                    return true;
                }
            }

            at += 8 + size + (size & 1);
        }

        return !more;
    }

    /// <summary>Whether browsers play the file: a plain RIFF file with whole numbers, or floats of 4 bytes.</summary>
    /// <param name="head">The first bytes of a WAV file.</param>
    public static bool IsPlayable(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("RIFF"u8))
            return false;
        for (long at = 12; at + 8 <= head.Length;)
        {
            ReadOnlySpan<byte> chunk = head[(int)at..];
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("fmt "u8))
            {
                try
                {
                    return Parse(chunk.Slice(8, (int)Math.Min(size, chunk.Length - 8)), "") is { Channels: <= 2, Encoding: WaveEncoding.Pcm or WaveEncoding.Float, SampleBytes: <= 4 };
                }
                catch (AudioDecodeException)
                {
                    return false;
                }
            }

            at += 8 + size + (size & 1);
        }

        return false;
    }

    private static AudioDecodeException Damaged(string displayName, string what)
        => new(AudioFault.Damaged, $"{displayName} is damaged: {what}. Export the recording again.");
}
