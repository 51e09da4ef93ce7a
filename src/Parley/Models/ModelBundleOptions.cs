namespace Parley.Models;

/// <summary>How a bundle is found and which of its weights are taken.</summary>
public sealed record ModelBundleOptions
{
    /// <summary>
    /// Take <c>model_quant.onnx</c> where both kinds of weights are there. By default the full weights are taken;
    /// the quantised ones run anyway where they are the only ones.
    /// </summary>
    public bool PreferQuantized { get; init; }

    /// <summary>Folders in which a bundle's name is looked for before <see cref="ModelBundleLocator.StandardFolders"/>.</summary>
    public IReadOnlyList<string> SearchFolders { get; init; } = [];

    /// <summary>Directories that take the places of the bundle's own for some stages.</summary>
    public IReadOnlyDictionary<ModelStage, string> StageDirectories { get; init; } = NoStages;

    /// <summary>No stage is replaced.</summary>
    public static IReadOnlyDictionary<ModelStage, string> NoStages { get; } = new Dictionary<ModelStage, string>();
}
