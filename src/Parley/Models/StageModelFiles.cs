namespace Parley.Models;

/// <summary>What a model directory holds for one stage. All files existed and passed their checks when the bundle was loaded.</summary>
public abstract record StageModelFiles
{
    /// <summary>The stage that it serves.</summary>
    public abstract ModelStage Stage { get; }

    /// <summary>Full path of the model directory.</summary>
    public required string Directory { get; init; }

    /// <summary>The directory's own name, for receipts and lists.</summary>
    public string Name => Path.GetFileName(Directory);

    /// <summary>The network, in ONNX format.</summary>
    public required string ModelPath { get; init; }

    /// <summary>Whether <see cref="ModelPath"/> holds quantised weights.</summary>
    public required bool IsQuantized { get; init; }

    /// <summary><c>config.yaml</c> or its older name; null where the stage does without.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>All files that the stage reads, the network first.</summary>
    public required IReadOnlyList<ModelFile> Files { get; init; }
}
