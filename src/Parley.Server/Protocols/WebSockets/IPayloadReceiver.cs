namespace Parley.Server.Protocols.WebSockets;

/// <summary>Takes the strings that a message is too large to be held with. Calls come in this order: begin, append as often as need be, end or abandon.</summary>
internal interface IPayloadReceiver
{
    /// <summary>A payload begins. It takes the place of an earlier one of the same member: in JSON the last one counts.</summary>
    /// <param name="field">Its member.</param>
    /// <param name="type">The message's type, if it has come by now.</param>
    /// <param name="taskId">The message's task, if it has come by now.</param>
    void Begin(PayloadField field, string? type, string? taskId);

    /// <summary>The next characters of the string, escapes resolved.</summary>
    void Append(ReadOnlySpan<byte> characters);

    /// <summary>The string is whole.</summary>
    void End();

    /// <summary>The message cannot be read; nothing more will come of it. May be called with no payload begun.</summary>
    void Abandon();
}

/// <summary>Members of <c>data</c> that hold files.</summary>
internal enum PayloadField
{
    FileData,
    ChunkData,
}

/// <summary>Why a message cannot be read.</summary>
internal enum FrameFault
{
    None,

    /// <summary>Not JSON.</summary>
    Malformed,

    /// <summary>Nested deeper than <see cref="FrameScanner.MaxDepth"/>.</summary>
    TooDeep,

    /// <summary>More than <see cref="FrameScanner.MaxCopy"/> bytes beside the payloads.</summary>
    TooLarge,
}
