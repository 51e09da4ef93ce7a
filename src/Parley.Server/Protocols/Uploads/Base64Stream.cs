using System.Buffers;
using System.Buffers.Text;

namespace Parley.Server.Protocols.Uploads;

/// <summary>Decodes standard base64 (RFC 4648, section 4: padded, no blanks) in pieces of any size. Pure; not safe for concurrent use.</summary>
internal sealed class Base64Stream
{
    private const int Quantum = 4;
    private const int QuantumBytes = 3;

    private static readonly SearchValues<byte> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    private readonly byte[] _carry = new byte[Quantum];
    private int _carried;
    private int _padding;

    /// <summary>Whether what was read cannot be base64.</summary>
    public bool IsInvalid { get; private set; }

    /// <summary>Most bytes that a piece of this length can give.</summary>
    public static int MaxDecoded(int characters) => ((characters + Quantum) / Quantum * QuantumBytes) + QuantumBytes;

    /// <summary>Decodes the next characters; tells how many bytes were written.</summary>
    /// <param name="characters">Any number.</param>
    /// <param name="decoded">At least <see cref="MaxDecoded"/> bytes.</param>
    public int Decode(ReadOnlySpan<byte> characters, Span<byte> decoded)
    {
        int end = characters.IndexOfAnyExcept(Alphabet);
        ReadOnlySpan<byte> tail = end < 0 ? [] : characters[end..];
        ReadOnlySpan<byte> data = end < 0 ? characters : characters[..end];
        IsInvalid |= tail.ContainsAnyExcept((byte)'=') || (_padding > 0 && data.Length > 0);
        _padding = Math.Min(Quantum, _padding + tail.Length);
        return IsInvalid ? 0 : DecodeData(data, decoded);
    }

    /// <summary>Nothing more comes; writes the bytes of the last quantum, at most two.</summary>
    public int Complete(Span<byte> decoded)
    {
        if (IsInvalid || (_carried, _padding) is not ((0, 0) or (2, 2) or (3, 1)))
        {
            IsInvalid = true;
            return 0;
        }

        if (_carried == 0)
            return 0;
        int bytes = _carried - 1;
        _carry.AsSpan(_carried).Fill((byte)'A'); // zero bits in place of the padding
        Span<byte> last = stackalloc byte[QuantumBytes];
        Base64.DecodeFromUtf8(_carry, last, out _, out _);
        last[..bytes].CopyTo(decoded);
        _carried = 0;
        return bytes;
    }

    private int DecodeData(ReadOnlySpan<byte> data, Span<byte> decoded)
    {
        int written = 0;
        if (_carried > 0)
        {
            int fill = Math.Min(Quantum - _carried, data.Length);
            data[..fill].CopyTo(_carry.AsSpan(_carried));
            _carried += fill;
            data = data[fill..];
            if (_carried < Quantum)
                return 0;
            Base64.DecodeFromUtf8(_carry, decoded, out _, out written);
            _carried = 0;
        }

        int whole = data.Length / Quantum * Quantum;
        Base64.DecodeFromUtf8(data[..whole], decoded[written..], out _, out int bytes, isFinalBlock: false);
        data[whole..].CopyTo(_carry);
        _carried = data.Length - whole;
        return written + bytes;
    }
}
