using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Parley.Server.Tests.EndToEnd;

/// <summary>Recordings cut from the shipped ones. No two cuts with different arguments have the same bytes.</summary>
internal static class Recordings
{
    private const int HeaderBytes = 44;
    private const int BytesPerSecond = 32_000;

    private static readonly Lazy<byte[]> Interview = new(() => File.ReadAllBytes(TestPaths.Sample("interview.wav")));

    /// <summary>The whole sample: two people, 65 seconds.</summary>
    public static byte[] Whole => Interview.Value;

    /// <summary>A stretch of the sample as a WAV file of its own.</summary>
    public static byte[] Cut(double fromSeconds, double seconds)
    {
        byte[] all = Interview.Value;
        int from = HeaderBytes + ((int)(fromSeconds * 16000) * 2), length = (int)(seconds * 16000) * 2;
        length = Math.Min(length, all.Length - from);
        return [.. Header(length), .. all.AsSpan(from, length)];
    }

    /// <summary>The sample over and over until it is as long as asked.</summary>
    public static byte[] Long(double seconds)
    {
        byte[] speech = Interview.Value[HeaderBytes..];
        byte[] file = new byte[HeaderBytes + ((int)seconds * BytesPerSecond)];
        Header(file.Length - HeaderBytes).CopyTo(file, 0);
        for (int at = HeaderBytes; at < file.Length; at += speech.Length)
            speech.AsSpan(0, Math.Min(speech.Length, file.Length - at)).CopyTo(file.AsSpan(at));
        return file;
    }

    /// <summary>A stretch of the sample at 192 kHz in stereo: 768 kB for each second, and no more work to transcribe.</summary>
    public static byte[] Fine(double fromSeconds, double seconds)
    {
        const int times = 12, channels = 2;
        byte[] cut = Cut(fromSeconds, seconds);
        ReadOnlySpan<short> samples = MemoryMarshal.Cast<byte, short>(cut.AsSpan(HeaderBytes));
        byte[] file = [.. Header(samples.Length * times * channels * sizeof(short)), .. new byte[samples.Length * times * channels * sizeof(short)]];
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), channels);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), 16_000 * times);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), BytesPerSecond * times * channels);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(32), channels * sizeof(short));
        Span<short> fine = MemoryMarshal.Cast<byte, short>(file.AsSpan(HeaderBytes));
        for (int i = 0; i < fine.Length; i++)
            fine[i] = samples[i / (times * channels)];
        return file;
    }

    private static byte[] Header(int dataBytes)
    {
        byte[] header = Interview.Value[..HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), dataBytes + HeaderBytes - 8);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(40), dataBytes);
        return header;
    }
}
