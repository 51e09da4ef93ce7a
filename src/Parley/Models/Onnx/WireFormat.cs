namespace Parley.Models.Onnx;

/// <summary>How a field of a protobuf message is stored.</summary>
internal enum WireType
{
    /// <summary>A number of 1 to 10 bytes, 7 bits each.</summary>
    Varint = 0,

    /// <summary>8 bytes.</summary>
    Fixed64 = 1,

    /// <summary>A length and as many bytes: text, a message inside, packed numbers.</summary>
    Bytes = 2,

    /// <summary>4 bytes.</summary>
    Fixed32 = 5,
}

/// <summary>A field of a message; positions are bytes from the start of the file.</summary>
/// <param name="Number">Its number in the message.</param>
/// <param name="Type">How it is stored.</param>
/// <param name="Start">Where its key begins.</param>
/// <param name="ValueStart">Where its value begins, behind key and length.</param>
/// <param name="End">Where the next field begins.</param>
/// <param name="Value">The number of a <see cref="WireType.Varint"/>, else 0.</param>
internal readonly record struct WireField(int Number, WireType Type, long Start, long ValueStart, long End, ulong Value)
{
    /// <summary>Bytes of the value.</summary>
    public long Length => End - ValueStart;
}

/// <summary>Bytes that are no protobuf message.</summary>
/// <param name="at">Where they lie.</param>
/// <param name="needed">Length that the file would need to have; null when the bytes make no sense at all, or the end came within a number.</param>
/// <param name="isCut">Whether the file ends too early.</param>
internal sealed class WireFormatException(long at, decimal? needed, bool isCut)
    : Exception(isCut ? $"The message is cut off at byte {at}." : $"The bytes at {at} are no protobuf message.")
{
    /// <summary>Where the bytes lie.</summary>
    public long At { get; } = at;

    /// <summary>Length that the file would need to have; null when that is not known.</summary>
    public decimal? Needed { get; } = needed;

    /// <summary>Whether the file ends too early.</summary>
    public bool IsCut { get; } = isCut;
}

/// <summary>Reads protobuf messages field by field, whatever they mean. Values are not read: a model's weights stay on the disk.</summary>
/// <remarks>protobuf.dev, "Encoding". Groups (types 3 and 4) are long out of use and refused.</remarks>
internal static class WireFormat
{
    // Real field numbers of onnx.proto are small: a large one means that these bytes are no key.
    private const ulong MaxSensibleNumber = 63;

    private const int VarintBits = 64, BitsOfByte = 7;

    /// <summary>Fields of the message between two positions. The caller may move the stream between one and the next.</summary>
    /// <exception cref="WireFormatException">The bytes are no message, or end before it does.</exception>
    public static IEnumerable<WireField> Fields(Stream stream, long start, long end)
    {
        for (long at = start; at < end;)
        {
            stream.Position = at;
            WireField field = ReadField(stream, at, end);
            yield return field;
            at = field.End;
        }
    }

    /// <summary>A number at the stream's position.</summary>
    /// <exception cref="WireFormatException">It is longer than 64 bits, or the file ends within it.</exception>
    public static ulong ReadVarint(Stream stream, long end)
    {
        ulong value = 0;
        long at = stream.Position;
        for (int shift = 0; shift < VarintBits; shift += BitsOfByte)
        {
            int next = stream.Position < end ? stream.ReadByte() : -1;
            if (next < 0)
                throw new WireFormatException(at, null, isCut: true);
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new WireFormatException(at, null, isCut: false);
    }

    private static WireField ReadField(Stream stream, long at, long end)
    {
        ulong key = ReadVarint(stream, end), number = key >> 3, value = 0;
        long valueStart = stream.Position;
        ulong length;
        switch ((WireType)(key & 7))
        {
            case WireType.Varint:
                value = ReadVarint(stream, end);
                length = (ulong)(stream.Position - valueStart);
                break;
            case WireType.Fixed64:
                length = sizeof(ulong);
                break;
            case WireType.Fixed32:
                length = sizeof(uint);
                break;
            case WireType.Bytes:
                length = ReadVarint(stream, end);
                valueStart = stream.Position;
                break;
            default:
                throw new WireFormatException(at, null, isCut: false);
        }

        if (length > (ulong)(end - valueStart))
            throw new WireFormatException(at, valueStart + (decimal)length, isCut: number is > 0 and <= MaxSensibleNumber);
        return number is > 0 and <= int.MaxValue
            ? new WireField((int)number, (WireType)(key & 7), at, valueStart, valueStart + (long)length, value)
            : throw new WireFormatException(at, null, isCut: false);
    }
}
