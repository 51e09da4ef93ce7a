using System.Buffers.Binary;

namespace Parley.Audio;

/// <summary>
/// Finds files that are shorter than they should be, in formats where ffmpeg says nothing about it: by the size in the header
/// (RIFF, AIFF, ASF), or by a last page or frame that is cut (Ogg, MPEG audio, ADTS).
/// </summary>
internal static class CutCheck
{
    private const int TailBytes = 1 << 17; // an Ogg page has at most 65,307 bytes
    private const int OggHeaderBytes = 27;

    // ASF specification §3.2: object id (16), object size (8), file id (16), file size (8) ... flags, whose first bit marks a broadcast.
    private const int AsfSizeOffset = 40, AsfFlagsOffset = 88;

    private static ReadOnlySpan<byte> AsfFileProperties => [0xA1, 0xDC, 0xAB, 0x8C, 0x47, 0xA9, 0xCF, 0x11, 0x8E, 0xE4, 0x00, 0xC0, 0x0C, 0x20, 0x53, 0x65];

    /// <summary>Throws when the file is cut.</summary>
    public static void ThrowIfCut(string path, string displayName, MediaHead head)
    {
        ReadOnlySpan<byte> bytes = head.Bytes;
        if (StatedLength(bytes) is { } stated)
        {
            long length = Read(path, displayName, 0).Length;
            if (length < stated)
                throw Cut(displayName, $"its header says {stated:N0} bytes, and it has {length:N0}");
            return;
        }

        bool ogg = bytes.StartsWith("OggS"u8);
        if (!ogg && !bytes.StartsWith("ID3"u8) && !MpegFrame.TryParse(bytes, out _))
            return;
        byte[] tail = Read(path, displayName, TailBytes).Tail;
        int missing = ogg ? MissingOfPage(tail) : MissingOfFrame(WithoutTags(tail));
        if (missing > 0)
            throw Cut(displayName, $"its last {(ogg ? "page" : "frame")} lacks {missing} bytes");
    }

    /// <summary>The length of the file by its own header; null if it states none.</summary>
    internal static long? StatedLength(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12)
            return null;
        if (head.StartsWith("RIFF"u8))
            return WaveFormat.IsUnknownSize(BinaryPrimitives.ReadUInt32LittleEndian(head[4..])) ? null : 8L + BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        if (head.StartsWith("FORM"u8))
            return WaveFormat.IsUnknownSize(BinaryPrimitives.ReadUInt32BigEndian(head[4..])) ? null : 8L + BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
        int at = head.StartsWith((ReadOnlySpan<byte>)[0x30, 0x26, 0xB2, 0x75]) ? head.IndexOf(AsfFileProperties) : -1;
        if (at < 0 || head.Length < at + AsfFlagsOffset + 4 || (head[at + AsfFlagsOffset] & 1) != 0)
            return null;
        long size = BinaryPrimitives.ReadInt64LittleEndian(head[(at + AsfSizeOffset)..]);
        return size > 0 ? size : null;
    }

    /// <summary>Bytes that the last Ogg page lacks (RFC 3533 §6); 0 if it is whole or there is none.</summary>
    internal static int MissingOfPage(ReadOnlySpan<byte> tail)
    {
        int at = tail.LastIndexOf("OggS\0"u8);
        if (at < 0)
            return 0;
        ReadOnlySpan<byte> page = tail[at..];
        if (page.Length < OggHeaderBytes)
            return OggHeaderBytes - page.Length;
        int headerBytes = OggHeaderBytes + page[26];
        if (page.Length < headerBytes)
            return headerBytes - page.Length;
        int length = headerBytes;
        foreach (byte segment in page[OggHeaderBytes..headerBytes])
            length += segment;
        return Math.Max(0, length - page.Length);
    }

    /// <summary>Bytes that the last MPEG or ADTS frame lacks; 0 if it is whole or no chain of frames reaches the end.</summary>
    internal static int MissingOfFrame(ReadOnlySpan<byte> tail)
    {
        // Three frames in a row are no accident.
        for (int start = 0; start < tail.Length; start++)
        {
            int at = start, count = 0, family = -1;
            while (MpegFrame.TryParse(tail[at..], out MpegFrame frame) && (family < 0 || family == frame.Family))
            {
                count++;
                family = frame.Family;
                at += frame.Length;
                if (at > tail.Length)
                    break;
            }

            if (at > tail.Length && count > 3)
                return at - tail.Length;
            if (count >= 3)
                start = at - 1; // goes on behind the chain: tags, or a damaged place
        }

        return 0;
    }

    // ID3v1 (128 bytes) and APEv2 stand behind the last frame and may look like one.
    private static ReadOnlySpan<byte> WithoutTags(ReadOnlySpan<byte> tail)
    {
        if (tail.Length >= 128 && tail[^128..].StartsWith("TAG"u8))
            tail = tail[..^128];
        if (tail.Length >= 32 && tail[^32..].StartsWith("APETAGEX"u8))
        {
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(tail[^20..]); // without the header, which is as long as the footer
            tail = tail[..^(int)Math.Min((long)size + 32, tail.Length)];
        }

        return tail;
    }

    private static AudioDecodeException Cut(string displayName, string finding) => new(
        AudioFault.Damaged,
        $"{displayName} is cut off: {finding}. Copy it again from where it came; to use what is left, convert it first (ffmpeg -i <file> <copy>.wav).");

    private static (long Length, byte[] Tail) Read(string path, string displayName, int tailBytes)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            byte[] tail = new byte[Math.Min(tailBytes, file.Length)];
            file.Seek(-tail.Length, SeekOrigin.End);
            file.ReadExactly(tail);
            return (file.Length, tail);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AudioDecodeException(AudioFault.Damaged, $"{displayName} cannot be read: {error.Message}", error);
        }
    }
}
