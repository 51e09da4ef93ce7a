using System.Text.Json;
using System.Text.Unicode;
using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>A message whose envelope is right. Valid as long as the document and the raw message behind it.</summary>
internal sealed class ClientMessage : IDisposable
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = FrameScanner.MaxDepth };
    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");

    private readonly JsonDocument _document;

    private ClientMessage(JsonDocument document, string type, JsonElement data, RawMessage raw)
        => (_document, Type, Data, FileData, ChunkData) = (document, type, data, raw.FileData, raw.ChunkData);

    public string Type { get; }

    /// <summary>An object; empty when the message had none.</summary>
    public JsonElement Data { get; }

    /// <summary>The whole message; <c>auth</c> has its token here.</summary>
    public JsonElement Root => _document.RootElement;

    /// <summary>What the string <c>file_data</c> held; counts only when <see cref="Data"/> has that string.</summary>
    public SpooledPayload? FileData { get; }

    /// <inheritdoc cref="FileData"/>
    public SpooledPayload? ChunkData { get; }

    /// <summary>Reads the envelope; null with the reason when it is wrong.</summary>
    public static ClientMessage? Read(RawMessage raw, out Refusal? refusal)
    {
        refusal = raw.Fault switch
        {
            FrameFault.TooDeep => new Refusal(ErrorCodes.InvalidJson, $"无效的JSON格式: nested deeper than {FrameScanner.MaxDepth} levels"),
            FrameFault.TooLarge => new Refusal(ErrorCodes.MessageError, $"消息过大: more than {FrameScanner.MaxCopy} bytes beside file_data and chunk_data"),
            FrameFault.Malformed => Refusal.InvalidJson,
            _ => null,
        };
        if (refusal is not null)
            return null;

        JsonDocument? document = Parse(raw.Json);
        if (document is null)
        {
            refusal = Refusal.InvalidJson;
            return null;
        }

        ClientMessage? message = ReadEnvelope(document, raw, out refusal);
        if (message is null)
            document.Dispose();
        return message;
    }

    public void Dispose() => _document.Dispose();

    private static JsonDocument? Parse(byte[] json)
    {
        if (!Utf8.IsValid(json))
            return null;
        try
        {
            return JsonDocument.Parse(json, Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ClientMessage? ReadEnvelope(JsonDocument document, RawMessage raw, out Refusal? refusal)
    {
        refusal = null;
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            refusal = new Refusal(ErrorCodes.MessageError, "消息格式错误: the message must be a JSON object");
        else if (!TryGet(root, "type", out JsonElement type) || type.ValueKind != JsonValueKind.String || DataReader.TextOf(type) is not { } name)
            refusal = new Refusal(ErrorCodes.MessageError, "消息格式错误: the member type must be a string");
        else if (!TryGet(root, "data", out JsonElement data))
            return new ClientMessage(document, name, EmptyObject, raw);
        else if (data.ValueKind != JsonValueKind.Object)
            refusal = new Refusal(ErrorCodes.MessageError, "消息格式错误: the member data must be an object");
        else
            return new ClientMessage(document, name, data, raw);
        return null;
    }

    private static bool TryGet(JsonElement element, string name, out JsonElement value) => DataReader.TryGet(element, name, out value);
}
