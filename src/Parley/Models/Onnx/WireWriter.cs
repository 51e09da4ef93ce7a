using System.Buffers;
using System.Text;

namespace Parley.Models.Onnx;

/// <summary>Puts a small protobuf message together. Not safe for concurrent use.</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>The message so far.</summary>
    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    /// <summary>Adds a number.</summary>
    public WireWriter Number(int field, ulong value)
    {
        Varint(((ulong)field << 3) | (ulong)WireType.Varint);
        Varint(value);
        return this;
    }

    /// <summary>Adds text.</summary>
    public WireWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Adds bytes, or a message.</summary>
    public WireWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Head(field, value.Length);
        return Raw(value);
    }

    /// <summary>Adds what stands in front of a value of bytes: key and length.</summary>
    public WireWriter Head(int field, long length)
    {
        Varint(((ulong)field << 3) | (ulong)WireType.Bytes);
        Varint((ulong)length);
        return this;
    }

    /// <summary>Adds a field that is written already.</summary>
    public WireWriter Raw(ReadOnlySpan<byte> field)
    {
        _bytes.Write(field);
        return this;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Write([(byte)(value | 0x80)]);
        _bytes.Write([(byte)value]);
    }
}
