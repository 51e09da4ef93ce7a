using System.Buffers.Binary;

namespace Parley.Audio;

/// <summary>Bytes of a WAV file to samples; full scale is [-1, 1].</summary>
internal static class SampleDecoder
{
    private static readonly float[] ALaw = BuildTable(DecodeALaw);
    private static readonly float[] MuLaw = BuildTable(DecodeMuLaw);

    /// <summary>Decodes samples: 16 bits / 2^15, 24 bits / 2^23, 32 bits / 2^31, 8 bits (unsigned - 128) / 2^7, floats as they are.</summary>
    /// <remarks>
    /// Floats may exceed 1. What is no number becomes 0, and what lies beyond ±32768 is cut there: such samples say nothing,
    /// and would become infinite in the spectrum.
    /// </remarks>
    /// <param name="encoding">How a sample is written.</param>
    /// <param name="sampleBytes">Bytes of a sample.</param>
    /// <param name="bytes">Little endian, shape [samples * sampleBytes].</param>
    /// <param name="samples">Receives the samples, shape [samples].</param>
    public static void Decode(WaveEncoding encoding, int sampleBytes, ReadOnlySpan<byte> bytes, Span<float> samples)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, samples.Length * sampleBytes);
        switch (encoding, sampleBytes)
        {
            case (WaveEncoding.Pcm, 1):
                for (int i = 0; i < samples.Length; i++)
                    samples[i] = (bytes[i] - 128) / 128f;
                break;
            case (WaveEncoding.Pcm, 2):
                for (int i = 0; i < samples.Length; i++)
                    samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]) / 32_768f;
                break;
            case (WaveEncoding.Pcm, 3):
                for (int i = 0; i < samples.Length; i++)
                    samples[i] = ((bytes[3 * i] | (bytes[(3 * i) + 1] << 8)) | ((sbyte)bytes[(3 * i) + 2] << 16)) / 8_388_608f;
                break;
            case (WaveEncoding.Pcm, 4):
                for (int i = 0; i < samples.Length; i++)
                    samples[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]) / 2_147_483_648f;
                break;
            case (WaveEncoding.Float, 4):
                for (int i = 0; i < samples.Length; i++)
                    samples[i] = Sane(BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]));
                break;
            case (WaveEncoding.Float, 8):
                for (int i = 0; i < samples.Length; i++)
                    samples[i] = Sane((float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]));
                break;
            case (WaveEncoding.ALaw, 1):
                for (int i = 0; i < samples.Length; i++)
                    samples[i] = ALaw[bytes[i]];
                break;
            case (WaveEncoding.MuLaw, 1):
                for (int i = 0; i < samples.Length; i++)
                    samples[i] = MuLaw[bytes[i]];
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(encoding), $"{encoding} of {sampleBytes} bytes is not decoded here.");
        }
    }

    /// <summary>Turns big endian samples into little endian ones, in place.</summary>
    public static void SwapBytes(Span<byte> bytes, int sampleBytes)
    {
        for (int i = 0; i < bytes.Length; i += sampleBytes)
            bytes.Slice(i, sampleBytes).Reverse();
    }

    /// <summary>Mixes channels: the arithmetic mean, in single precision.</summary>
    /// <param name="interleaved">Shape [frames, channels].</param>
    /// <param name="channels">Samples of a frame.</param>
    /// <param name="mono">Receives shape [frames].</param>
    public static void Mix(ReadOnlySpan<float> interleaved, int channels, Span<float> mono)
    {
        if (channels == 1)
        {
            interleaved.CopyTo(mono);
            return;
        }

        for (int frame = 0; frame < mono.Length; frame++)
        {
            float sum = 0;
            foreach (float sample in interleaved.Slice(frame * channels, channels))
                sum += sample;
            mono[frame] = sum / channels;
        }
    }

    private static float Sane(float sample) => float.IsNaN(sample) ? 0 : Math.Clamp(sample, -32_768f, 32_768f);

    private static float[] BuildTable(Func<int, int> decode) => [.. Enumerable.Range(0, 256).Select(code => decode(code) / 32_768f)];

    // G.711: sign, three bits of exponent, four of mantissa.
    private static int DecodeALaw(int code)
    {
        code ^= 0x55;
        int exponent = (code >> 4) & 7, magnitude = ((code & 15) << 4) + 8;
        if (exponent > 0)
            magnitude = (magnitude + 0x100) << (exponent - 1);
        return (code & 0x80) != 0 ? magnitude : -magnitude;
    }

    private static int DecodeMuLaw(int code)
    {
        code = ~code;
        int magnitude = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
        return (code & 0x80) != 0 ? -magnitude : magnitude;
    }
}
