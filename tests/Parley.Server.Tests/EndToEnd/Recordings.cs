using System.Buffers.Binary;

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

    private static byte[] Header(int dataBytes)
    {
        byte[] header = Interview.Value[..HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), dataBytes + HeaderBytes - 8);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(40), dataBytes);
        return header;
    }
}
