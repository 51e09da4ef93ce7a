using System.Net.WebSockets;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>
/// The only writer of a socket. Frames wait in a bounded queue; a peer that does not take them for <c>patience</c> is dropped, with everything that
/// waits for it. Safe for concurrent calls.
/// </summary>
internal sealed class Outgoing(WebSocket socket, string connection, TimeSpan patience, TimeProvider clock, ILogger logger) : IDisposable
{
    private const int WeightUnit = 64 << 10;
    private const int Capacity = 256; // 16 MiB, or 256 small frames
    private const long SlowestBytesPerSecond = 16 << 10;

    private readonly WeightedQueue<Frame> _queue = new(Capacity);
    private readonly CancellationTokenSource _aborted = new();
    private int _isEnding;

    /// <summary>Whether nothing more reaches the peer.</summary>
    public bool IsEnding => Volatile.Read(ref _isEnding) != 0;

    /// <summary>Queues a text frame, waiting for room. Frames for a peer that is gone, or about to be closed, are dropped.</summary>
    public async ValueTask SendAsync(byte[] text)
    {
        if (!IsEnding)
            await EnqueueAsync(new Frame(text, null), 1 + (text.Length / WeightUnit));
    }

    /// <summary>Closes the connection behind what is queued. The first call counts.</summary>
    public async ValueTask CloseAsync(WebSocketCloseStatus status)
    {
        if (Interlocked.Exchange(ref _isEnding, 1) != 0)
            return;
        await EnqueueAsync(new Frame([], status), 1);
        _queue.Complete();
    }

    /// <summary>Drops the connection without a word.</summary>
    public void Abort()
    {
        Volatile.Write(ref _isEnding, 1);
        _queue.Complete();
        socket.Abort();
        _aborted.Cancel();
    }

    public void Dispose()
    {
        _aborted.Dispose();
        _queue.Dispose();
    }

    /// <summary>Writes until the connection is closed or gone. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (await _queue.TakeAsync(_aborted.Token) is { } taken)
            {
                using (taken)
                    await WriteAsync(taken.Item);
                if (taken.Item.Close is not null)
                    return;
            }
        }
        catch (Exception error) when (error is WebSocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException or IOException)
        {
            // The peer is gone; what waits for it is dropped below.
        }

        Abort();
        foreach (Frame _ in _queue.TakeRest())
        {
            // Nobody will read it.
        }
    }

    private async Task WriteAsync(Frame frame)
    {
        TimeSpan limit = patience + TimeSpan.FromSeconds(frame.Text.Length / SlowestBytesPerSecond);
        using CancellationTokenSource late = new(limit, clock);
        try
        {
            if (frame.Close is { } status)
                await socket.CloseOutputAsync(status, statusDescription: null, late.Token);
            else
                await socket.SendAsync(frame.Text.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, late.Token);
        }
        catch (OperationCanceledException)
        {
            logger.SlowReaderDropped(connection, limit.TotalSeconds);
            throw;
        }
    }

    private async ValueTask EnqueueAsync(Frame frame, int weight)
    {
        using CancellationTokenSource late = new(patience, clock);
        using CancellationTokenSource wait = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _aborted.Token);
        try
        {
            await _queue.EnqueueAsync(frame, weight, wait.Token);
        }
        catch (OperationCanceledException) when (!_aborted.IsCancellationRequested)
        {
            logger.SlowReaderDropped(connection, patience.TotalSeconds);
            Abort();
        }
        catch (OperationCanceledException)
        {
            // Dropped meanwhile.
        }
    }

    /// <param name="Text">UTF-8.</param>
    /// <param name="Close">Not null: close instead of sending.</param>
    private readonly record struct Frame(byte[] Text, WebSocketCloseStatus? Close);
}
