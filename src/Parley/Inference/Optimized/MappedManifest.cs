using System.Text.Json;

namespace Parley.Inference.Optimized;

/// <summary>What lies in the folder of a mapped network. Immutable.</summary>
internal sealed record MappedManifest
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true };

    /// <summary>The processor for whose kernels the weights are ordered.</summary>
    public required string Processor { get; init; }

    /// <summary>Bytes of the graph.</summary>
    public required long NetworkBytes { get; init; }

    /// <summary>Bytes of the weights: less of them would end the process that maps them.</summary>
    public required long WeightsBytes { get; init; }

    /// <summary>Why it is of no use; null when it is.</summary>
    public string? Refusal { get; init; }

    /// <summary>Null when there is none.</summary>
    public static MappedManifest? Load(string path)
    {
        const int MostBytes = 65_536;
        try
        {
            FileInfo file = new(path);
            return !file.Exists || file.Length > MostBytes ? null : JsonSerializer.Deserialize<MappedManifest>(File.ReadAllBytes(path), Json);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);
}
