namespace Parley.Server.Protocols.WebSockets;

/// <summary>
/// Reads one message of JSON in pieces of any size: keeps a small copy of all that is no payload, and hands the characters of
/// <c>data.file_data</c> and <c>data.chunk_data</c> on as they come. In the copy such a string is empty, so the copy is valid JSON exactly when
/// the message is valid apart from its payloads. Pure: no clock, no disk. Not safe for concurrent use; reusable after <see cref="Reset"/>.
/// </summary>
/// <remarks>Grammar: RFC 8259. The scanner follows strings and nesting only; whether the copy is JSON is the parser's to say.</remarks>
internal sealed class FrameScanner(IPayloadReceiver receiver)
{
    /// <summary>Deepest nesting that is read.</summary>
    public const int MaxDepth = 64;

    /// <summary>Most bytes of a message beside its payloads.</summary>
    public const int MaxCopy = 1 << 20;

    private const int FirstCopy = 1 << 10;
    private const int TopMember = 1;
    private const int DataMember = 2;

    private readonly JsonStringReader _string = new();
    private byte[] _copy = new byte[FirstCopy];
    private int _copied;
    private ulong _objects; // bit d - 1: the container at depth d is an object
    private int _depth;
    private bool _isKeyNext;
    private StringRole _role;
    private Member _top;
    private Member _inner;

    private enum StringRole
    {
        /// <summary>Not in a string.</summary>
        None,
        Plain,
        Key,
        Type,
        TaskId,
        Payload,
    }

    private enum Member
    {
        Other,
        Type,
        Data,
        TaskId,
        FileData,
        ChunkData,
    }

    /// <summary>Why the message cannot be read; everything behind the fault is skipped.</summary>
    public FrameFault Fault { get; private set; }

    /// <summary>The member <c>type</c>; null when it has not come yet, or is no short string.</summary>
    public string? Type { get; private set; }

    /// <summary>The member <c>data.task_id</c>; null when it has not come yet, or is no short string.</summary>
    public string? TaskId { get; private set; }

    /// <summary>What was read, payloads empty; valid until <see cref="Reset"/>.</summary>
    public ReadOnlySpan<byte> Copy => _copy.AsSpan(0, _copied);

    /// <summary>Forgets everything; the next byte starts a new message. A large copy is given back.</summary>
    public void Reset()
    {
        if (_copy.Length > FirstCopy)
            _copy = new byte[FirstCopy];
        _copied = _depth = 0;
        _objects = 0;
        _isKeyNext = false;
        _role = StringRole.None;
        (_top, _inner) = (Member.Other, Member.Other);
        (Type, TaskId) = (null, null);
        Fault = FrameFault.None;
    }

    /// <summary>Reads the next bytes of the message.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0 && Fault == FrameFault.None)
        {
            int used = _role switch
            {
                StringRole.None => ReadStructure(bytes),
                StringRole.Payload => ReadPayload(bytes),
                _ => ReadString(bytes),
            };
            bytes = bytes[used..];
        }
    }

    /// <summary>The message is over.</summary>
    public void Complete()
    {
        if (Fault == FrameFault.None && (_role != StringRole.None || _depth != 0))
            Fail(FrameFault.Malformed);
    }

    private int ReadStructure(ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            switch (bytes[i])
            {
                case (byte)'"':
                    if (Keep(bytes[..(i + 1)]))
                        BeginString();
                    return i + 1;
                case (byte)'{' or (byte)'[':
                    Open(isObject: bytes[i] == (byte)'{');
                    break;
                case (byte)'}' or (byte)']':
                    Close();
                    break;
                case (byte)',':
                    _isKeyNext = IsObject(_depth);
                    break;
                case (byte)':':
                    _isKeyNext = false;
                    break;
            }

            if (Fault != FrameFault.None)
                return bytes.Length;
        }

        Keep(bytes);
        return bytes.Length;
    }

    private void Open(bool isObject)
    {
        if (_depth == MaxDepth)
        {
            Fail(FrameFault.TooDeep);
            return;
        }

        _depth++;
        ulong bit = 1UL << (_depth - 1);
        _objects = isObject ? _objects | bit : _objects & ~bit;
        _isKeyNext = isObject;
        if (_depth == TopMember)
            _top = Member.Other;
        if (_depth == DataMember)
            _inner = Member.Other;
    }

    private void Close()
    {
        if (_depth == 0)
        {
            Fail(FrameFault.Malformed);
            return;
        }

        _depth--;
        _isKeyNext = false;
    }

    private bool IsObject(int depth) => depth > 0 && (_objects & (1UL << (depth - 1))) != 0;

    private void BeginString()
    {
        bool isDataMember = _depth == DataMember && _top == Member.Data && IsObject(TopMember) && IsObject(DataMember);
        _role = (_isKeyNext, _depth) switch
        {
            (true, TopMember) => StringRole.Key,
            (true, DataMember) => isDataMember ? StringRole.Key : StringRole.Plain,
            (false, TopMember) when _top == Member.Type && IsObject(TopMember) => StringRole.Type,
            (false, DataMember) when isDataMember && _inner == Member.TaskId => StringRole.TaskId,
            (false, DataMember) when isDataMember && _inner is Member.FileData or Member.ChunkData => StringRole.Payload,
            _ => StringRole.Plain,
        };
        _string.Begin(isKept: _role is StringRole.Key or StringRole.Type or StringRole.TaskId);
        if (_role == StringRole.Payload)
            receiver.Begin(_inner == Member.FileData ? PayloadField.FileData : PayloadField.ChunkData, Type, TaskId);
    }

    private int ReadString(ReadOnlySpan<byte> bytes)
    {
        int used = _string.Read(bytes);
        if (_string.IsMalformed)
            Fail(FrameFault.Malformed);
        else if (Keep(bytes[..used]) && _string.IsComplete)
            EndString();
        return used;
    }

    private void EndString()
    {
        string? text = _string.Text;
        switch (_role)
        {
            case StringRole.Key when _depth == TopMember:
                _top = text switch { "type" => Member.Type, "data" => Member.Data, _ => Member.Other };
                break;
            case StringRole.Key:
                _inner = text switch { "task_id" => Member.TaskId, "file_data" => Member.FileData, "chunk_data" => Member.ChunkData, _ => Member.Other };
                break;
            case StringRole.Type:
                Type = text;
                break;
            case StringRole.TaskId:
                TaskId = text;
                break;
        }

        _isKeyNext = false;
        _role = StringRole.None;
    }

    private int ReadPayload(ReadOnlySpan<byte> bytes)
    {
        int used = _string.ReadInto(receiver, bytes);
        if (_string.IsMalformed)
        {
            Fail(FrameFault.Malformed);
        }
        else if (_string.IsComplete && Keep("\""u8))
        {
            receiver.End();
            _role = StringRole.None;
        }

        return used;
    }

    private bool Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxCopy - _copied)
        {
            Fail(FrameFault.TooLarge);
            return false;
        }

        if (bytes.Length > _copy.Length - _copied)
            Array.Resize(ref _copy, Math.Min(MaxCopy, Math.Max(_copy.Length * 2, _copied + bytes.Length)));
        bytes.CopyTo(_copy.AsSpan(_copied));
        _copied += bytes.Length;
        return true;
    }

    private void Fail(FrameFault fault)
    {
        Fault = fault;
        receiver.Abandon();
    }
}
