namespace Parley.Server.Protocols.WebSockets;

/// <summary>Finds the handler of a message, and answers when there is none or when it fails. Safe for concurrent calls.</summary>
internal sealed class MessageDispatcher
{
    private readonly ProtocolContext _context;
    private readonly Dictionary<string, Route> _routes;

    public MessageDispatcher(ProtocolContext context)
    {
        JobHandover handover = new(context);
        UploadMessages uploads = new(context, handover);
        ChunkMessages chunks = new(context, handover);
        TaskMessages tasks = new(context);
        _context = context;
        _routes = new Dictionary<string, Route>(StringComparer.Ordinal)
        {
            [MessageTypes.Ping] = new(async (client, _, _) => await client.SendAsync(context.Messages.Pong()), ErrorCodes.MessageError, IsQuestion: true),
            [MessageTypes.UploadRequest] = new(uploads.RequestAsync, ErrorCodes.UploadError),
            [MessageTypes.UploadData] = new(uploads.DataAsync, ErrorCodes.UploadDataError),
            [MessageTypes.UploadChunk] = new(chunks.ChunkAsync, ErrorCodes.ChunkUploadError),
            [MessageTypes.FinalizeUpload] = new(chunks.FinalizeAsync, ErrorCodes.FinalizeError),
            [MessageTypes.TaskStatus] = new(tasks.StatusAsync, ErrorCodes.StatusError, IsQuestion: true),
            [MessageTypes.TaskStatusBatch] = new(tasks.BatchAsync, ErrorCodes.StatusError, IsQuestion: true),
            [MessageTypes.CancelTask] = new(tasks.CancelAsync, ErrorCodes.CancelError),
        };
    }

    private delegate Task Handler(ClientSession client, ClientMessage message, CancellationToken cancellationToken);

    /// <summary>Handles one message to its end.</summary>
    /// <exception cref="OperationCanceledException">The server stops.</exception>
    public async Task DispatchAsync(ClientSession client, RawMessage raw, CancellationToken cancellationToken)
    {
        using ClientMessage? message = ClientMessage.Read(raw, out Refusal? refusal);
        if (message is null)
        {
            await client.RefuseAsync("message", refusal!);
            return;
        }

        if (!_routes.TryGetValue(message.Type, out Route? route))
        {
            await client.RefuseAsync("message", new Refusal(ErrorCodes.UnknownMessageType, $"未知的消息类型: {Refusal.Quote(message.Type)}"));
            return;
        }

        // What clients sent before they went is done, but nothing is answered into the void.
        if (route.IsQuestion && client.IsDeaf)
            return;
        try
        {
            await route.Handle(client, message, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Whatever failed is ours: clients only cause refusals.
            _context.Logger.HandlingFailed(error, message.Type);
            await client.RefuseAsync(message.Type, Refusal.Internal(route.FailureCode));
        }
    }

    /// <param name="Handle">Answers a message of this type.</param>
    /// <param name="FailureCode">What the client is told when that fails.</param>
    /// <param name="IsQuestion">It changes nothing: without somebody to hear the answer it need not be handled.</param>
    private sealed record Route(Handler Handle, string FailureCode, bool IsQuestion = false);
}
