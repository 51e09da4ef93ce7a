using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>Turns the bytes of one connection into messages; payloads go to disk as they come. Not safe for concurrent use.</summary>
internal sealed class FrameReader : IPayloadReceiver, IDisposable
{
    private readonly FrameScanner _scanner;
    private readonly PayloadPolicy _policy;
    private readonly Func<PayloadSender> _sender;
    private readonly Slot[] _slots = [new(), new()];
    private PayloadSpool? _open;

    /// <param name="policy">Decides what may be kept.</param>
    /// <param name="sender">Who sends, as known at the moment.</param>
    public FrameReader(PayloadPolicy policy, Func<PayloadSender> sender)
    {
        (_policy, _sender) = (policy, sender);
        _scanner = new FrameScanner(this);
    }

    /// <summary>Reads the next bytes of a message.</summary>
    public async ValueTask ReadAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _scanner.Read(bytes.Span);
        if (_open is not null)
            await _open.WriteOutAsync(cancellationToken);
    }

    /// <summary>The message is over: hands it out, and is ready for the next one.</summary>
    public async ValueTask<RawMessage> CompleteAsync(CancellationToken cancellationToken)
    {
        _scanner.Complete();
        try
        {
            if (_scanner.Fault != FrameFault.None)
                return new RawMessage([], _scanner.Fault, null, null);
            SpooledPayload? file = await FinishAsync(PayloadField.FileData, cancellationToken);
            SpooledPayload? chunk = await FinishAsync(PayloadField.ChunkData, cancellationToken);
            return new RawMessage(_scanner.Copy.ToArray(), FrameFault.None, file, chunk);
        }
        finally
        {
            Dispose();
            _scanner.Reset();
        }
    }

    public void Begin(PayloadField field, string? type, string? taskId)
    {
        Slot slot = _slots[(int)field];
        slot.Spool?.Dispose();
        slot.IsPresent = true;
        slot.Spool = _policy.Open(field, type, taskId, _sender());
        _open = slot.Spool;
    }

    public void Append(ReadOnlySpan<byte> characters) => _open?.Append(characters);

    public void End() => _open = null;

    public void Abandon() => Dispose();

    /// <summary>Drops what has come of the present message.</summary>
    public void Dispose()
    {
        _open = null;
        foreach (Slot slot in _slots)
        {
            slot.Spool?.Dispose();
            (slot.Spool, slot.IsPresent) = (null, false);
        }
    }

    private async ValueTask<SpooledPayload?> FinishAsync(PayloadField field, CancellationToken cancellationToken)
    {
        Slot slot = _slots[(int)field];
        if (!slot.IsPresent)
            return null;
        return slot.Spool is null ? SpooledPayload.Failed(SpoolFault.Unwanted) : await slot.Spool.CompleteAsync(cancellationToken);
    }

    private sealed class Slot
    {
        public bool IsPresent { get; set; }

        public PayloadSpool? Spool { get; set; }
    }
}
