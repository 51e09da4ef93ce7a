using System.Text.Json;
using Parley.Inference.Devices;

namespace Parley.Inference.Optimized;

/// <summary>What came of the attempt to make a network faster, as kept beside it: used, or not and why. Immutable.</summary>
public sealed record OptimizationVerdict
{
    /// <summary>The rewriter's version: other versions try anew.</summary>
    public const int CurrentVersion = 5;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Version of the rewriter.</summary>
    public required int Version { get; init; }

    /// <summary>SHA-256 of the original.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Bytes of the original.</summary>
    public required long ModelBytes { get; init; }

    /// <summary>When the original was written, UTC.</summary>
    public required DateTime ModelWritten { get; init; }

    /// <summary>The processor that it was tried on; another one has other instructions, so results may differ there.</summary>
    public required string Processor { get; init; }

    /// <summary>Version of ONNX Runtime.</summary>
    public required string Runtime { get; init; }

    /// <summary>What was rewritten, such as <c>284 signed weights</c>.</summary>
    public required string Rewritten { get; init; }

    /// <summary>Whether rewriting might round weights, so that times may move a little.</summary>
    public bool MayRound { get; init; }

    /// <summary>What became of the results, such as <c>same 41 tokens and times, scores within 0.002</c>.</summary>
    public required string Parity { get; init; }

    /// <summary>Processor seconds of the original for the samples, median; null where it was not measured.</summary>
    public double? OriginalSeconds { get; init; }

    /// <summary>The same of the rewritten network.</summary>
    public double? OptimizedSeconds { get; init; }

    /// <summary>Name of the rewritten file beside this one; null when the original goes on.</summary>
    public string? File { get; init; }

    /// <summary>Bytes of that file.</summary>
    public long FileBytes { get; init; }

    /// <summary>Why the original goes on, in one line; null when the rewritten network is used.</summary>
    public string? Refusal { get; init; }

    /// <summary>How many times as fast the rewritten network is; null where it was not measured.</summary>
    public double? Speed => OriginalSeconds / OptimizedSeconds;

    /// <summary>Whether it holds for a file on this machine as they are now.</summary>
    internal bool Concerns(FileInfo model)
        => Version == CurrentVersion && ModelBytes == model.Length && ModelWritten == model.LastWriteTimeUtc
            && string.Equals(Processor, ProcessorTraits.Identity, StringComparison.Ordinal)
            && string.Equals(Runtime, DeviceManager.RuntimeVersion, StringComparison.Ordinal);

    /// <summary>Reads a verdict; null when the file is none.</summary>
    internal static OptimizationVerdict? Load(string path)
    {
        const int MostBytes = 65_536; // a verdict has some hundred
        try
        {
            return new FileInfo(path).Length > MostBytes ? null : JsonSerializer.Deserialize<OptimizationVerdict>(System.IO.File.ReadAllBytes(path), Json);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>The content of its file.</summary>
    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);
}
