namespace Parley.Models.Catalog;

/// <summary>Which of the two kinds of weights a network's file holds.</summary>
public enum WeightKind
{
    /// <summary>As trained: <c>model.onnx</c>.</summary>
    Full,

    /// <summary>8 bit: <c>model_quant.onnx</c>.</summary>
    Quantized,
}

/// <summary>A file of an official model.</summary>
public sealed record CatalogFile
{
    /// <summary>Its name in the repository, then older names for the same thing; the first one that is there is taken.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>For networks that are published in both kinds: which one this is; null for files that are always wanted.</summary>
    public WeightKind? Weights { get; init; }

    /// <summary>Whether the model works without it.</summary>
    public bool Optional { get; init; }

    /// <summary>Published size, rounded; null where none is published. Only the hub's own listing is exact.</summary>
    public long? AboutBytes { get; init; }

    /// <summary>Published SHA-256, lower-case hexadecimal; null where none is published, and the first download records what it found.</summary>
    public string? Sha256 { get; init; }
}
