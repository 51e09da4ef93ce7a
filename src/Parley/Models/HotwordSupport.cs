namespace Parley.Models;

/// <summary>Which bundles have a recogniser that takes hotwords: those with a network for them (<c>model_eb.onnx</c>). Looks at names of files only.</summary>
public static class HotwordSupport
{
    /// <summary>The network that embeds hotwords, and what it is called when it is quantised.</summary>
    internal static readonly string[] Networks = ["model_eb.onnx", "model_eb_quant.onnx"];

    /// <summary>Why a bundle cannot be given hotwords, and which can; null when it can.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="searchFolders">Folders in which bundles lie, besides the standard ones.</param>
    public static string? Problem(ModelBundle bundle, IReadOnlyList<string>? searchFolders = null)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return bundle.Asr.HotwordModelPath is null ? Refusal(bundle.Name, bundle.Directory, searchFolders) : null;
    }

    /// <summary>Why a bundle cannot be given hotwords, and which can; null when it can, and when it cannot be read: whoever loads it says that better.</summary>
    /// <param name="pathOrName">A directory, or a name.</param>
    /// <param name="options">How the bundle is found.</param>
    public static string? Problem(string pathOrName, ModelBundleOptions? options = null)
    {
        options ??= new ModelBundleOptions();
        try
        {
            string directory = ModelBundleLocator.Locate(pathOrName, options.SearchFolders);
            bool isAble = options.StageDirectories.TryGetValue(ModelStage.Asr, out string? asr) ? HasNetwork(asr) : IsIn(directory);
            return isAble ? null : Refusal(NameOf(directory), directory, options.SearchFolders);
        }
        catch (Exception error) when (error is ModelFileException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Refusal(string name, string directory, IReadOnlyList<string>? searchFolders)
    {
        // Bundles lie side by side: where this one is there may be others.
        string[] near = Path.GetDirectoryName(directory) is { } parent ? [parent] : [];
        string[] able = [.. ModelBundleLocator.Installed([.. searchFolders ?? [], .. near]).Where(IsReadable).Select(path => Path.GetFileName(path)!)];
        string remedy = able.Length > 0
            ? $"Installed bundles that take hotwords: {string.Join(", ", able)}."
            : "No installed bundle takes hotwords: 'parley models pull paraformer-zh-hotword' fetches one.";
        return $"The recogniser of the bundle {name} takes no hotwords. {remedy} Or leave the hotwords out.";
    }

    private static bool IsReadable(string directory)
    {
        try
        {
            return IsIn(directory);
        }
        catch (Exception error) when (error is ModelFileException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsIn(string directory)
    {
        IReadOnlyDictionary<ModelStage, string> stages = BundleManifest.Read(directory)?.StageDirectories(directory) ?? StageDirectories.Find(directory);
        return stages.TryGetValue(ModelStage.Asr, out string? asr) && HasNetwork(asr);
    }

    private static bool HasNetwork(string asr) => Networks.Any(name => File.Exists(Path.Combine(asr, name)));

    private static string NameOf(string directory) => BundleManifest.Read(directory)?.Name ?? Path.GetFileName(directory);
}
