namespace Parley.Models.Packaging;

/// <summary>What the manifest of a bundle that this program put together says.</summary>
internal sealed record BundleNotes
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    public string? Licence { get; init; }

    /// <summary>Directory of each stage, relative to the bundle.</summary>
    public required IReadOnlyDictionary<ModelStage, string> Stages { get; init; }

    /// <summary>Where each directory's files came from.</summary>
    public IReadOnlyDictionary<string, string> Sources { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>See <see cref="ModelBundle.OutOfDomainConfidence"/>.</summary>
    public double? OutOfDomainConfidence { get; init; }

    /// <summary>See <see cref="ModelBundle.KnownVoiceSimilarity"/>.</summary>
    public double? KnownVoiceSimilarity { get; init; }

    /// <summary>Checksum of each file, relative to the bundle, with slashes.</summary>
    public required IReadOnlyDictionary<string, string> Sha256 { get; init; }
}
