namespace Parley.Models.Catalog;

/// <summary>A repository that publishes a model.</summary>
public sealed record CatalogSource
{
    /// <summary>Where it lies.</summary>
    public required ModelHub Hub { get; init; }

    /// <summary><c>owner/name</c>.</summary>
    public required string Repository { get; init; }

    /// <summary>Tag, branch or commit that is fetched.</summary>
    public required string Revision { get; init; }

    /// <summary>Whether this entry was compared with a real download. False: names and sizes come from published descriptions.</summary>
    public bool Verified { get; init; }

    /// <summary>How it differs from the model's first source; null when it does not.</summary>
    public string? Note { get; init; }
}
