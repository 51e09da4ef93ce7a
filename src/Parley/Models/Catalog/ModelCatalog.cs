using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Models.Catalog;

/// <summary>The official models that can be fetched by name: <c>models/catalog.json</c>. Immutable.</summary>
public sealed class ModelCatalog
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter() },
    };

    private static readonly Lazy<ModelCatalog> FromAssembly = new(ReadAssembly);

    private ModelCatalog(IReadOnlyList<CatalogModel> models, IReadOnlyList<CatalogBundle> bundles) => (Models, Bundles) = (models, bundles);

    /// <summary>The catalog that this program was built with.</summary>
    public static ModelCatalog Default => FromAssembly.Value;

    /// <summary>All models.</summary>
    public IReadOnlyList<CatalogModel> Models { get; }

    /// <summary>All bundles, in the order in which they are shown.</summary>
    public IReadOnlyList<CatalogBundle> Bundles { get; }

    /// <summary>The bundle of a name; null when there is none.</summary>
    public CatalogBundle? FindBundle(string name) => Bundles.FirstOrDefault(bundle => string.Equals(bundle.Name, name, StringComparison.Ordinal));

    /// <summary>The model that a short name or repository id means; null when none is known.</summary>
    public CatalogModel? FindModel(string name) => Models.FirstOrDefault(model => model.IsCalled(name));

    /// <summary>Reads a catalog.</summary>
    /// <exception cref="JsonException">It is no catalog, or a bundle names a model that it does not have.</exception>
    public static ModelCatalog Parse(Stream json)
    {
        Document document = JsonSerializer.Deserialize<Document>(json, Json) ?? throw new JsonException("The catalog is empty.");
        Dictionary<string, CatalogModel> models = document.Models.ToDictionary(model => model.Name, StringComparer.Ordinal);
        CatalogBundle[] bundles = [.. document.Bundles.Select(bundle => new CatalogBundle
        {
            Name = bundle.Name,
            Description = bundle.Description,
            Included = bundle.Included,
            Models = [.. bundle.Models.Select(name => models.GetValueOrDefault(name) ?? throw new JsonException($"The bundle {bundle.Name} names the model {name}, which the catalog does not have."))],
        })];
        return new ModelCatalog(document.Models, bundles);
    }

    private static ModelCatalog ReadAssembly()
    {
        using Stream json = typeof(ModelCatalog).Assembly.GetManifestResourceStream("catalog.json")!;
        return Parse(json);
    }

    private sealed record Document(IReadOnlyList<CatalogModel> Models, IReadOnlyList<BundleEntry> Bundles);

    private sealed record BundleEntry(string Name, string Description, IReadOnlyList<string> Models, bool Included = false);
}
