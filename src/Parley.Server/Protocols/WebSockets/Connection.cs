using System.Buffers;
using System.Net.WebSockets;
using Parley.Server.Configuration;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>
/// One WebSocket from its greeting to its end. Three loops: one always receives (so that pings are answered whatever else goes on), one handles
/// messages strictly one after another, one writes.
/// </summary>
internal sealed class Connection : IDisposable
{
    /// <summary>Time that a peer has to answer a close.</summary>
    public static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(3);

    private const int ReceiveBuffer = 64 << 10;
    private const int IncomingCapacity = 128; // messages that wait, or 2 MiB of them

    private readonly WebSocket _socket;
    private readonly ProtocolContext _context;
    private readonly MessageDispatcher _dispatcher;
    private readonly Outgoing _outgoing;
    private readonly WeightedQueue<RawMessage> _incoming = new(IncomingCapacity);
    private readonly FrameReader _reader;
    private readonly long _messageLimit;
    private readonly CancellationTokenSource _receiving;
    private readonly CancellationTokenSource _handling;
    private string _reason = "closed by the peer";

    /// <param name="socket">Accepted; stays the caller's to dispose.</param>
    /// <param name="connectionId">Opaque name.</param>
    /// <param name="address">Of the peer, without port.</param>
    /// <param name="context">What handlers share.</param>
    /// <param name="dispatcher">Handles messages.</param>
    public Connection(WebSocket socket, string connectionId, string address, ProtocolContext context, MessageDispatcher dispatcher)
    {
        ListenOptions options = context.Options.Server;
        (_socket, _context, _dispatcher) = (socket, context, dispatcher);
        _outgoing = new Outgoing(socket, connectionId, TimeSpan.FromSeconds(Math.Max(1, options.ConnectionTimeoutSeconds)), context.Clock, context.Logger);
        Client = new ClientSession(connectionId, address, _outgoing, context.Messages, context.Logger);
        _reader = new FrameReader(context.Payloads, () => new PayloadSender(Client.IsAdmitted, Client.User));
        _messageLimit = options.MaxFileSizeMb * (1L << 20);
        _receiving = new CancellationTokenSource(Timeout.InfiniteTimeSpan, context.Clock);
        _handling = new CancellationTokenSource(Timeout.InfiniteTimeSpan, context.Clock);
    }

    public ClientSession Client { get; }

    /// <summary>Runs until the connection has ended. Never throws for what a peer does.</summary>
    /// <param name="stopping">The server stops: the connection is closed with 1001.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = stopping.Register(() => stop.TrySetResult());
        Task writing = _outgoing.RunAsync();
        Task handling = HandleAsync();
        Task receiving = ReceiveAsync();

        await Task.WhenAny(receiving, handling, stop.Task);
        if (stop.Task.IsCompleted)
        {
            _reason = "the server stops";
            _receiving.CancelAfter(CloseLimit);
            await _outgoing.CloseAsync(WebSocketCloseStatus.EndpointUnavailable);
        }

        // The peer may still have to say goodbye.
        if (!receiving.IsCompleted)
            _receiving.CancelAfter(CloseLimit);
        await receiving;

        // What came before the end is handled to its end, unless the server stops.
        using CancellationTokenRegistration hurry = stopping.Register(() => _handling.CancelAfter(CloseLimit));
        await handling;
        await Client.EndAsync();
        await _outgoing.CloseAsync(WebSocketCloseStatus.NormalClosure);
        await writing;
        _context.Logger.ConnectionEnded(Client.ConnectionId, _reason);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _receiving.Dispose();
        _handling.Dispose();
        _outgoing.Dispose();
        _incoming.Dispose();
        Client.Dispose();
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReceiveBuffer);
        try
        {
            await ReceiveMessagesAsync(buffer);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            _reason = "the connection broke";
            _outgoing.Abort();
        }
        catch (Exception error)
        {
            _context.Logger.ConnectionFailed(error, Client.ConnectionId);
            _outgoing.Abort();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _reader.Dispose();
            _incoming.Complete();
        }
    }

    private async Task ReceiveMessagesAsync(byte[] buffer)
    {
        long length = 0;
        bool isTooBig = false;
        while (true)
        {
            ValueWebSocketReceiveResult received = await _socket.ReceiveAsync(buffer.AsMemory(), _receiving.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await _outgoing.CloseAsync(WebSocketCloseStatus.NormalClosure);
                return;
            }

            if (isTooBig)
                continue; // Until the peer has seen that it is closed.

            length += received.Count;
            if (length > _messageLimit)
            {
                isTooBig = true;
                await RefuseSizeAsync();
                continue;
            }

            await _reader.ReadAsync(buffer.AsMemory(0, received.Count), _receiving.Token);
            if (!received.EndOfMessage)
                continue;
            length = 0;
            RawMessage message = await _reader.CompleteAsync(_receiving.Token);
            if (!await _incoming.EnqueueAsync(message, message.Weight, _receiving.Token))
                message.Dispose();
        }
    }

    private async Task RefuseSizeAsync()
    {
        _context.Logger.MessageTooBig(Client.ConnectionId, _messageLimit);
        _reason = "a message was too big";
        _reader.Dispose();
        _receiving.CancelAfter(CloseLimit);
        await _outgoing.CloseAsync(WebSocketCloseStatus.MessageTooBig);
        _incoming.Complete();
    }

    private async Task HandleAsync()
    {
        try
        {
            if (await new Doorman(_context).AdmitAsync(Client, _incoming, _handling.Token))
                await HandleMessagesAsync();
            else
                _reason = "not authenticated";
        }
        catch (OperationCanceledException)
        {
            // The server stops; clients ask again.
        }
        catch (Exception error)
        {
            _context.Logger.ConnectionFailed(error, Client.ConnectionId);
        }
        finally
        {
            // The receive loop may still bring messages: nobody will handle them.
            _incoming.Complete();
            foreach (RawMessage message in _incoming.TakeRest())
                message.Dispose();
            await _outgoing.CloseAsync(WebSocketCloseStatus.NormalClosure);
        }
    }

    private async Task HandleMessagesAsync()
    {
        while (await _incoming.TakeAsync(_handling.Token) is { } taken)
        {
            using (taken)
            using (taken.Item)
                await _dispatcher.DispatchAsync(Client, taken.Item, _handling.Token);
        }
    }
}
