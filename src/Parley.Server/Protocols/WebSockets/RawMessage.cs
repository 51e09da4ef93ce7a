using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>A message as it came: JSON without its payloads, and the payloads as files. Disposing deletes those that nobody took.</summary>
internal sealed class RawMessage(byte[] json, FrameFault fault, SpooledPayload? fileData, SpooledPayload? chunkData) : IDisposable
{
    private const int WeightUnit = 16 << 10;

    /// <summary>How much of the queue's room it takes.</summary>
    public int Weight => 1 + (Json.Length / WeightUnit);

    /// <summary>UTF-8, perhaps not valid; empty when there is a fault.</summary>
    public byte[] Json { get; } = json;

    public FrameFault Fault { get; } = fault;

    /// <summary>The string <c>data.file_data</c>; null when there was none.</summary>
    public SpooledPayload? FileData { get; } = fileData;

    /// <summary>The string <c>data.chunk_data</c>; null when there was none.</summary>
    public SpooledPayload? ChunkData { get; } = chunkData;

    public void Dispose()
    {
        FileData?.Dispose();
        ChunkData?.Dispose();
    }
}
