using System.Buffers;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>Follows one JSON string, from behind its opening quotation mark, in pieces of any size. Reusable; not safe for concurrent use.</summary>
internal sealed class JsonStringReader
{
    private const int MaxText = 64;
    private const int HexDigits = 4;
    private const byte FirstPrintable = 0x20;
    private const byte FirstNonAscii = 0x80;
    private const byte NotAscii = 0xFF;

    private static readonly SearchValues<byte> Special = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, FirstPrintable).Select(value => (byte)value)]);

    private readonly byte[] _text = new byte[MaxText];
    private int _length; // beyond MaxText: too long to be of interest
    private bool _isKept;
    private bool _isEscaped;
    private int _hexLeft;
    private int _unit;

    /// <summary>Whether the closing quotation mark was read.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether the string breaks the grammar: a bare control character, or an escape that there is not.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>What the string says; null when it is longer than 64 characters, goes beyond ASCII or was not kept.</summary>
    public string? Text => _isKept && _length <= MaxText && !_text.AsSpan(0, _length).ContainsAnyInRange(FirstNonAscii, NotAscii)
        ? System.Text.Encoding.ASCII.GetString(_text, 0, _length)
        : null;

    /// <summary>A new string begins.</summary>
    public void Begin(bool isKept)
    {
        (_isKept, _length) = (isKept, 0);
        (_isEscaped, _hexLeft, _unit) = (false, 0, 0);
        (IsComplete, IsMalformed) = (false, false);
    }

    /// <summary>Reads on; tells how many bytes belong to the string, its closing mark included.</summary>
    public int Read(ReadOnlySpan<byte> bytes) => ReadInto(receiver: null, bytes);

    /// <summary>The same; what the string says goes to the receiver. Characters beyond ASCII go as bytes that no base64 has.</summary>
    public int ReadInto(IPayloadReceiver? receiver, ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (at < bytes.Length && !IsComplete && !IsMalformed)
        {
            if (_isEscaped || _hexLeft > 0)
            {
                ReadEscape(receiver, bytes[at++]);
                continue;
            }

            int plain = bytes[at..].IndexOfAny(Special);
            plain = plain < 0 ? bytes.Length - at : plain;
            Emit(receiver, bytes.Slice(at, plain));
            at += plain;
            if (at < bytes.Length)
                ReadSpecial(bytes[at++]);
        }

        return at;
    }

    private void ReadSpecial(byte value)
    {
        if (value == (byte)'"')
            IsComplete = true;
        else if (value == (byte)'\\')
            _isEscaped = true;
        else
            IsMalformed = true;
    }

    private void ReadEscape(IPayloadReceiver? receiver, byte value)
    {
        if (_hexLeft > 0)
        {
            if (!char.IsAsciiHexDigit((char)value))
            {
                IsMalformed = true;
                return;
            }

            _unit = (_unit << 4) | HexValue(value);
            if (--_hexLeft == 0)
                Emit(receiver, [_unit < FirstNonAscii ? (byte)_unit : NotAscii]);
            return;
        }

        _isEscaped = false;
        switch ((char)value)
        {
            case 'u': (_hexLeft, _unit) = (HexDigits, 0); break;
            case '"' or '\\' or '/': Emit(receiver, [value]); break;
            case 'b': Emit(receiver, "\b"u8); break;
            case 'f': Emit(receiver, "\f"u8); break;
            case 'n': Emit(receiver, "\n"u8); break;
            case 'r': Emit(receiver, "\r"u8); break;
            case 't': Emit(receiver, "\t"u8); break;
            default: IsMalformed = true; break;
        }
    }

    private static int HexValue(byte digit) => digit <= (byte)'9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private void Emit(IPayloadReceiver? receiver, ReadOnlySpan<byte> characters)
    {
        if (characters.Length == 0)
            return;
        receiver?.Append(characters);
        if (!_isKept || _length > MaxText)
            return;
        if (characters.Length <= MaxText - _length)
            characters.CopyTo(_text.AsSpan(_length));
        _length = Math.Min(MaxText + 1, _length + characters.Length);
    }
}
