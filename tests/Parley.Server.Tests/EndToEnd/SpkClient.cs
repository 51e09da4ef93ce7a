using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Parley.Server.Tests.EndToEnd;

/// <summary>A client of the WebSocket protocol, written from its specification. One request at a time.</summary>
internal sealed class SpkClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly ClientWebSocket _socket = new();

    /// <summary>Connects and reads the welcome.</summary>
    public static async Task<SpkClient> ConnectAsync(Uri address, CancellationToken cancellationToken = default)
    {
        SpkClient client = await OpenAsync(address, cancellationToken);
        Frame welcome = await client.ReceiveAsync(cancellationToken);
        welcome.Type.ShouldBe("connected");
        return client;
    }

    /// <summary>Connects and reads nothing.</summary>
    public static async Task<SpkClient> OpenAsync(Uri address, CancellationToken cancellationToken = default)
    {
        SpkClient client = new();
        client._socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await client._socket.ConnectAsync(address, cancellationToken);
        return client;
    }

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public Task SendAsync(string type, JsonObject data, CancellationToken cancellationToken = default)
        => SendTextAsync(new JsonObject { ["type"] = type, ["data"] = data }.ToJsonString(), cancellationToken);

    public Task SendTextAsync(string text, CancellationToken cancellationToken = default)
        => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    public Task SendBytesAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type, bool end, CancellationToken cancellationToken = default)
        => _socket.SendAsync(bytes, type, end, cancellationToken).AsTask();

    /// <summary>The next frame.</summary>
    /// <exception cref="WebSocketException">The connection ended.</exception>
    public async Task<Frame> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        ArrayBufferWriter<byte> message = new();
        while (true)
        {
            ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(message.GetMemory(64 * 1024), limit.Token);
            if (part.MessageType == WebSocketMessageType.Close)
                throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, $"Closed with {_socket.CloseStatus}: {_socket.CloseStatusDescription}");
            message.Advance(part.Count);
            if (part.EndOfMessage)
                return Frame.Parse(message.WrittenSpan);
        }
    }

    /// <summary>Frames until one of these types comes, that one included.</summary>
    public async Task<List<Frame>> ReceiveUntilAsync(string[] types, CancellationToken cancellationToken = default)
    {
        List<Frame> frames = [];
        do
            frames.Add(await ReceiveAsync(cancellationToken));
        while (!types.Contains(frames[^1].Type));
        return frames;
    }

    /// <summary>Announces a file.</summary>
    public async Task<Frame> RequestAsync(byte[] file, string name, Action<JsonObject>? change = null, CancellationToken cancellationToken = default)
    {
        JsonObject data = new() { ["file_name"] = name, ["file_size"] = file.Length, ["file_hash"] = Md5(file) };
        change?.Invoke(data);
        await SendAsync("upload_request", data, cancellationToken);
        return await ReceiveAsync(cancellationToken);
    }

    /// <summary>Uploads a file in one frame; the answer is the acknowledgement, or the cached result.</summary>
    public async Task<Frame> UploadAsync(byte[] file, string name, Action<JsonObject>? change = null, CancellationToken cancellationToken = default)
    {
        Frame answer = await RequestAsync(file, name, change, cancellationToken);
        if (answer.Type != "upload_ready")
            return answer;
        await SendAsync("upload_data", new JsonObject { ["task_id"] = answer.TaskId, ["file_data"] = Convert.ToBase64String(file) }, cancellationToken);
        return await ReceiveAsync(cancellationToken);
    }

    /// <summary>Uploads a file in pieces; the answer is what follows the last piece's receipt.</summary>
    public async Task<Frame> UploadInChunksAsync(byte[] file, string name, int chunkSize, Action<JsonObject>? change = null, CancellationToken cancellationToken = default)
    {
        int chunks = (file.Length + chunkSize - 1) / chunkSize;
        Frame ready = await RequestAsync(file, name, data =>
        {
            data["upload_mode"] = "chunked";
            data["chunk_size"] = chunkSize;
            data["total_chunks"] = chunks;
            change?.Invoke(data);
        }, cancellationToken);
        ready.Type.ShouldBe("upload_ready", ready.Text);
        for (int index = 0; index < chunks; index++)
        {
            Frame receipt = await SendChunkAsync(ready.TaskId, file, index, chunkSize, cancellationToken);
            receipt.Type.ShouldBe("chunk_received", receipt.Text);
        }

        return await ReceiveAsync(cancellationToken);
    }

    public async Task<Frame> SendChunkAsync(string taskId, byte[] file, int index, int chunkSize, CancellationToken cancellationToken = default)
    {
        byte[] chunk = file[(index * chunkSize)..Math.Min(file.Length, (index + 1) * chunkSize)];
        await SendAsync("upload_chunk", new JsonObject
        {
            ["task_id"] = taskId,
            ["chunk_index"] = index,
            ["chunk_data"] = Convert.ToBase64String(chunk),
            ["chunk_hash"] = Md5(chunk),
        }, cancellationToken);
        return await ReceiveAsync(cancellationToken);
    }

    /// <summary>The status of a job.</summary>
    public async Task<Frame> StatusAsync(string taskId, CancellationToken cancellationToken = default)
    {
        await SendAsync("task_status", new JsonObject { ["task_id"] = taskId }, cancellationToken);
        return await ReceiveAsync(cancellationToken);
    }

#pragma warning disable CA5351 // the protocol names files by MD5
    public static string Md5(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>A message from the server.</summary>
internal sealed record Frame(string Type, JsonObject Data, string Text)
{
    public string TaskId => (string)Data["task_id"]!;

    public string? this[string name] => Data[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => (string)value!,
        JsonNode node => node.ToJsonString(),
    };

    public static Frame Parse(ReadOnlySpan<byte> utf8)
    {
        string text = Encoding.UTF8.GetString(utf8);
        JsonObject message = JsonNode.Parse(text)!.AsObject();
        DateTime.ParseExact((string)message["timestamp"]!, "yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        return new Frame((string)message["type"]!, message["data"]!.AsObject(), text);
    }
}
