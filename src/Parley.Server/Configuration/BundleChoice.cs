using Parley.Models;
using Parley.Models.Catalog;

namespace Parley.Server.Configuration;

/// <summary>
/// Decides which models run. <c>funasr.bundle</c> wins; then a <c>funasr.model_dir</c> that is itself a bundle; then the bundle of the catalog that
/// has the models which FunASR's keys name; then the one that comes with the program. Directories that those keys name replace single stages.
/// </summary>
internal static class BundleChoice
{
    private const string BundleKey = "funasr.bundle";

    /// <summary>Models of funasr_spk_server's own file: whoever names them has chosen nothing else.</summary>
    private const string SeedsBundle = "paraformer-zh";

    /// <summary>Completes the options; what is wrong with the names is an error, what they do not do is a note.</summary>
    public static void Make(ConfigurationBuild build)
    {
        ModelOptions options = build.Options.Funasr;
        (string Key, ModelStage Stage, string Name, string? Revision)[] named = [.. options.Named.Named];
        bool isNamed = build.Sources.ContainsKey(BundleKey), isFolder = options.ModelDir is { } folder && ModelBundleLocator.IsBundle(folder);
        if (isNamed)
        {
            if (named.Length > 0)
                build.Notes.Add($"Without effect here: {Keys(named.Select(item => item.Key))} ({BundleKey} says which models run).");
            return;
        }

        Dictionary<ModelStage, string> directories = [];
        List<(string Key, CatalogModel Model, string? Revision)> models = [];
        foreach ((string key, ModelStage stage, string name, string? revision) in named)
        {
            if (Path.IsPathFullyQualified(name))
                directories[stage] = name;
            else if (Model(build, key, stage, name) is not { } model)
                continue;
            else if (options.ModelDir is { } where && DirectoryOf(model, where) is { } directory)
                directories[stage] = directory;
            else
                models.Add((key, model, revision));
        }

        if (isFolder)
            Use(build, options.ModelDir!, build.Sources["funasr.model_dir"]);
        else if (models.Count > 0)
            FindBundle(build, models, isPlain: directories.Count == 0);
        else if (directories.TryGetValue(ModelStage.Asr, out string? asr) && directories.ContainsKey(ModelStage.Vad) && directories.ContainsKey(ModelStage.Punctuation))
            Use(build, asr, build.Sources["funasr.model"]); // they are a bundle among themselves
        if (directories.Count > 0)
            build.Options = build.Options with { Funasr = build.Options.Funasr with { StageDirectories = directories } };
        if (isFolder && models.Count > 0)
            build.Notes.Add($"Without effect here: {Keys(models.Select(item => item.Key))} (funasr.model_dir is a bundle, whose models run).");
        else
            CompareRevisions(build, models);
    }

    private static void Use(ConfigurationBuild build, string bundle, string source)
    {
        build.Options = build.Options with { Funasr = build.Options.Funasr with { Bundle = bundle } };
        build.Sources[BundleKey] = source;
    }

    private static CatalogModel? Model(ConfigurationBuild build, string key, ModelStage stage, string name)
    {
        CatalogModel? model = ModelCatalog.Default.FindModel(name);
        if (model is null)
        {
            string known = string.Join(", ", ModelCatalog.Default.Models.Where(item => item.Stage == stage).Select(item => item.Name));
            build.Errors.Add($"{build.Sources[key]}: {key} must be a model of the catalog ({known}, or the id of its repository) or a directory, found '{name}'.");
        }
        else if (model.Stage != stage)
        {
            build.Errors.Add($"{build.Sources[key]}: {key} names {name}, which is a model for the stage {model.Stage.ToString().ToLowerInvariant()}.");
            model = null;
        }

        return model;
    }

    // A repository as a hub's own program leaves it: folder/owner/name, or folder/name.
    private static string? DirectoryOf(CatalogModel model, string folder)
        => model.Aliases.Prepend(model.Name).Concat(model.Sources.Where(source => source.Hub != ModelHub.GitHub).Select(source => source.Repository))
            .SelectMany(name => new[] { name, name.Split('/')[^1] })
            .Select(name => Path.Combine(folder, name.Replace('/', Path.DirectorySeparatorChar)))
            .FirstOrDefault(directory => Directory.Exists(directory) && !ModelBundleLocator.IsBundle(directory) && Directory.EnumerateFiles(directory, "*.onnx").Any());

    private static void FindBundle(ConfigurationBuild build, List<(string Key, CatalogModel Model, string? Revision)> models, bool isPlain)
    {
        ModelOptions options = build.Options.Funasr;
        CatalogBundle[] fitting = Fitting([.. models.Select(item => item.Model)]);
        string source = build.Sources[models[0].Key], what = string.Join(" + ", models.Select(item => item.Model.Name));
        if (fitting.Length == 0)
        {
            build.Errors.Add($"{source}: no bundle of the catalog has the models {what} together. Name a bundle that you have put together yourself: funasr.bundle (docs/models.md).");
            return;
        }

        string[] folders = options.ModelDir is { } folder ? [folder] : [];
        CatalogBundle chosen = fitting.FirstOrDefault(bundle => ModelBundleLocator.IsInstalled(bundle.Name, folders)) ?? fitting[0];
        if (isPlain && !options.AutoDownload && chosen.Name is SeedsBundle && !ModelBundleLocator.IsInstalled(chosen.Name, folders))
        {
            build.Warnings.Add($"{source} names {what}, the models of the bundle {chosen.Name}, which is not installed: the bundle {options.Bundle} runs in its place, "
                + $"and that understands nothing but its samples. {ModelBundleLocator.HowToGet(chosen)} With funasr.auto_download it is fetched at the start.");
            return;
        }

        Use(build, chosen.Name, source);
    }

    // A bundle whose recogniser sets the marks has no model for them, and one that is named beside it is not missed.
    private static CatalogBundle[] Fitting(IReadOnlyList<CatalogModel> models)
    {
        CatalogBundle[] whole = [.. ModelCatalog.Default.Bundles.Where(bundle => !bundle.Included && models.All(bundle.Models.Contains))];
        CatalogModel[] others = [.. models.Where(model => model.Stage != ModelStage.Punctuation)];
        return whole.Length > 0 || others.Length == 0 ? whole
            : [.. ModelCatalog.Default.Bundles.Where(bundle => !bundle.Included && bundle.Models.All(model => model.Stage != ModelStage.Punctuation) && others.All(bundle.Models.Contains))];
    }

    // FunASR counts revisions of its PyTorch models; their ONNX exports have others.
    private static void CompareRevisions(ConfigurationBuild build, List<(string Key, CatalogModel Model, string? Revision)> models)
    {
        string[] other = [.. models.Where(item => item.Revision is { } revision && !string.Equals(revision, item.Model.Sources[0].Revision, StringComparison.Ordinal))
            .Select(item => $"{item.Key}_revision {item.Revision}: here {item.Model.Name} is {item.Model.Sources[0].Revision}")];
        if (other.Length > 0)
            build.Notes.Add($"Revisions of ONNX exports are not those of the PyTorch models that they were made of, and the catalog says which are fetched. {string.Join("; ", other)}.");
    }

    private static string Keys(IEnumerable<string> keys) => string.Join(", ", keys);
}
