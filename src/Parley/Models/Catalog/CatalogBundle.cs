namespace Parley.Models.Catalog;

/// <summary>Official models that make a whole pipeline.</summary>
public sealed record CatalogBundle
{
    /// <summary>Its name for <c>--models</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is good for, in a sentence.</summary>
    public required string Description { get; init; }

    /// <summary>Whether it comes with the program and is never fetched.</summary>
    public bool Included { get; init; }

    /// <summary>Its models in pipeline order, one a stage.</summary>
    public required IReadOnlyList<CatalogModel> Models { get; init; }

    /// <summary>Whether every model's first source was compared with a real download.</summary>
    public bool Verified => Models.All(model => model.Sources[0].Verified);

    /// <summary>The licences of its models, each once.</summary>
    public IReadOnlyList<string> Licences => [.. Models.Select(model => model.Licence).Distinct(StringComparer.Ordinal)];

    /// <summary>Sum of the published sizes; null when a network's is not published.</summary>
    public long? AboutBytes(WeightKind weights)
    {
        CatalogFile[] files = [.. Models.SelectMany(model => model.FilesOf(weights)).Where(file => !file.Optional)];
        bool isKnown = files.All(file => file.AboutBytes is not null || file.Weights is null);
        return isKnown ? files.Sum(file => file.AboutBytes ?? 0) : null;
    }
}
