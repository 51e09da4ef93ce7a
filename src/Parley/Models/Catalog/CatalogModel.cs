namespace Parley.Models.Catalog;

/// <summary>An official model for one stage.</summary>
public sealed record CatalogModel
{
    /// <summary>FunASR's short name, such as <c>fsmn-vad</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The stage that it serves.</summary>
    public required ModelStage Stage { get; init; }

    /// <summary>What it is, in a few words.</summary>
    public required string Description { get; init; }

    /// <summary>Licence of the weights as their publishers state it.</summary>
    public required string Licence { get; init; }

    /// <summary>Other names of the same model, repository ids among them.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Repositories in the order in which they are tried.</summary>
    public required IReadOnlyList<CatalogSource> Sources { get; init; }

    /// <summary>The files that the stage needs.</summary>
    public required IReadOnlyList<CatalogFile> Files { get; init; }

    /// <summary>Whether this is the model that a name means.</summary>
    public bool IsCalled(string name)
        => Aliases.Prepend(Name).Concat(Sources.Where(source => source.Hub != ModelHub.GitHub).Select(source => source.Repository)).Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The files to fetch for one kind of weights.</summary>
    public IEnumerable<CatalogFile> FilesOf(WeightKind weights) => Files.Where(file => file.Weights is null || file.Weights == weights);
}
