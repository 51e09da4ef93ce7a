using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Parley.Server.Tests.Protocols;

/// <summary>A client of the protocol: sends objects, receives objects, waits no longer than a test may.</summary>
internal sealed class ProtocolClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private ProtocolClient(ClientWebSocket socket) => Socket = socket;

    public ClientWebSocket Socket { get; }

    public static string Md5(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, bytes));

    /// <summary>Connects; with a greeting expected, takes it.</summary>
    public static async Task<ProtocolClient> ConnectAsync(Uri address, string? greeting = "connected")
    {
        ClientWebSocket socket = new();
        await socket.ConnectAsync(address, new CancellationTokenSource(Patience).Token);
        ProtocolClient client = new(socket);
        if (greeting is not null)
            await client.ExpectAsync(greeting);
        return client;
    }

    public Task SendAsync(string type, object data) => SendTextAsync(new JsonObject { ["type"] = type, ["data"] = ToNode(data) }.ToJsonString());

    public async Task SendTextAsync(string text, WebSocketMessageType type = WebSocketMessageType.Text)
        => await Socket.SendAsync(Encoding.UTF8.GetBytes(text), type, endOfMessage: true, new CancellationTokenSource(Patience).Token);

    public async Task SendPieceAsync(ReadOnlyMemory<byte> piece, bool isLast)
        => await Socket.SendAsync(piece, WebSocketMessageType.Text, isLast, new CancellationTokenSource(Patience).Token);

    /// <summary>The next frame as text; null when the server closed.</summary>
    public async Task<string?> ReceiveTextAsync()
    {
        using MemoryStream message = new();
        byte[] buffer = new byte[16 << 10];
        using CancellationTokenSource late = new(Patience);
        while (true)
        {
            ValueWebSocketReceiveResult received = await Socket.ReceiveAsync(buffer.AsMemory(), late.Token);
            if (received.MessageType == WebSocketMessageType.Close)
                return null;
            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
                return Encoding.UTF8.GetString(message.ToArray());
        }
    }

    public async Task<JsonObject> ReceiveAsync()
        => JsonNode.Parse(await ReceiveTextAsync() ?? throw new InvalidOperationException($"The server closed: {Socket.CloseStatus}."))!.AsObject();

    /// <summary>The next frame, which must be of this type; its data.</summary>
    public async Task<JsonObject> ExpectAsync(string type)
    {
        JsonObject frame = await ReceiveAsync();
        ((string?)frame["type"]).ShouldBe(type, frame.ToJsonString());
        return frame["data"]!.AsObject();
    }

    /// <summary>The next frame, which must be an error of this code; its text.</summary>
    public async Task<string> ExpectErrorAsync(string code)
    {
        JsonObject data = await ExpectAsync("error");
        ((string?)data["error"]).ShouldBe(code, data.ToJsonString());
        data.ContainsKey("details").ShouldBeTrue();
        return (string)data["message"]!;
    }

    /// <summary>Nothing was sent before the answer to a ping that is sent now.</summary>
    public async Task ExpectNothingAsync()
    {
        await SendAsync("ping", new { });
        await ExpectAsync("pong");
    }

    /// <summary>Announces a file; its task.</summary>
    public async Task<Guid> AnnounceAsync(byte[] file, int? chunkSize = null, string format = "json", bool isForced = false, string name = "会议.wav")
    {
        await SendAsync("upload_request", Announcement(file, chunkSize, format, isForced, name));
        return Guid.Parse((string)(await ExpectAsync("upload_ready"))["task_id"]!);
    }

    public static JsonObject Announcement(byte[] file, int? chunkSize = null, string format = "json", bool isForced = false, string name = "会议.wav")
    {
        JsonObject request = new()
        {
            ["file_name"] = name,
            ["file_size"] = file.Length,
            ["file_hash"] = Md5(file),
            ["output_format"] = format,
            ["force_refresh"] = isForced,
        };
        if (chunkSize is { } size)
        {
            request["upload_mode"] = "chunked";
            request["chunk_size"] = size;
            request["total_chunks"] = (file.Length + size - 1) / size;
        }

        return request;
    }

    public Task SendFileAsync(Guid id, byte[] file) => SendAsync("upload_data", new { task_id = id, file_data = Convert.ToBase64String(file) });

    public Task SendChunkAsync(Guid id, byte[] file, int chunkSize, int index, string? hash = null)
    {
        byte[] chunk = file[(index * chunkSize)..Math.Min(file.Length, (index + 1) * chunkSize)];
        return SendAsync("upload_chunk", new { task_id = id, chunk_index = index, chunk_data = Convert.ToBase64String(chunk), chunk_hash = hash ?? Md5(chunk), is_last = false });
    }

    public async Task<WebSocketCloseStatus?> ExpectCloseAsync()
    {
        (await ReceiveTextAsync()).ShouldBeNull();
        return Socket.CloseStatus;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (Socket.State == WebSocketState.Open)
                await Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, new CancellationTokenSource(Patience).Token);
        }
        catch (WebSocketException)
        {
            // The server was faster.
        }

        Socket.Dispose();
    }

    private static JsonNode? ToNode(object data) => data as JsonNode ?? System.Text.Json.JsonSerializer.SerializeToNode(data);
}
