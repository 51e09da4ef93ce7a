using Parley.Models.Catalog;

namespace Parley.Models;

/// <summary>Finds bundles: by path, or by name in the folders where they usually lie.</summary>
public static class ModelBundleLocator
{
    /// <summary>The bundle that comes with the program.</summary>
    public const string DefaultName = "demo";

    /// <summary>The user's own folder, the last of <see cref="StandardFolders"/>: where bundles are put that are fetched or imported.</summary>
    public static string UserFolder { get; } = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } data ? data : AppContext.BaseDirectory, "parley", "models");

    /// <summary>
    /// Where names are looked for: <c>models</c> beside the program, <c>models</c> of the repository that the program was built in,
    /// and the user's own folder (<c>parley/models</c> in the local application data, on Linux below <c>~/.local/share</c>).
    /// </summary>
    public static IReadOnlyList<string> StandardFolders { get; } = FindStandardFolders();

    /// <summary>Full path of a bundle's directory.</summary>
    /// <param name="pathOrName">A directory, or a name such as <c>demo</c>.</param>
    /// <param name="searchFolders">Folders to look in before <see cref="StandardFolders"/>.</param>
    /// <exception cref="ModelFileException">There is none; the message says where it was looked for and which names there are.</exception>
    public static string Locate(string pathOrName, IReadOnlyList<string>? searchFolders = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pathOrName);
        if (Directory.Exists(pathOrName))
            return Path.TrimEndingDirectorySeparator(Path.GetFullPath(pathOrName));
        if (File.Exists(pathOrName))
            throw new ModelFileException(pathOrName, $"{pathOrName} is a file; a model bundle is a directory. Name the directory that holds the models.");

        List<string> folders = [.. searchFolders ?? [], .. StandardFolders];
        bool isName = pathOrName.IndexOfAny([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]) < 0 && pathOrName is not ("." or "..");
        if (!isName)
            throw new ModelFileException(pathOrName, $"Model bundle not found: there is no directory {Path.GetFullPath(pathOrName)}.");
        foreach (string folder in folders)
        {
            string directory = Path.Combine(folder, pathOrName);
            if (Directory.Exists(directory))
                return Path.GetFullPath(directory);
        }

        IReadOnlyList<string> installed = Installed(searchFolders);
        string known = installed.Count == 0 ? "No bundle is installed" : $"Installed: {string.Join(", ", installed.Select(Path.GetFileName))}";
        throw new ModelFileException(pathOrName, $"Model bundle '{pathOrName}' not found in {string.Join(", ", folders)}. {known}. {Remedy(pathOrName)}");
    }

    /// <summary>Directories that look like bundles in the folders where names are looked for; each name once, by first occurrence.</summary>
    public static IReadOnlyList<string> Installed(IReadOnlyList<string>? searchFolders = null)
        => [.. ((IEnumerable<string>)[.. searchFolders ?? [], .. StandardFolders])
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
            .Where(directory => !Path.GetFileName(directory).StartsWith('.') && IsBundle(directory)) // a dot: not ready yet, or on its way out
            .Select(Path.GetFullPath)
            .DistinctBy(Path.GetFileName, StringComparer.Ordinal)];

    /// <summary>Whether a directory has a manifest, or model directories for recognition and voice activity at least.</summary>
    public static bool IsBundle(string directory)
    {
        if (!Directory.Exists(directory))
            return false;
        if (File.Exists(Path.Combine(directory, BundleManifest.FileName)))
            return true;
        HashSet<ModelStage> stages = [.. StageDirectories.Candidates(directory).Select(candidate => candidate.Stage)];
        return stages.Contains(ModelStage.Asr) && stages.Contains(ModelStage.Vad);
    }

    /// <summary>Whether a name or directory leads to a directory; see <see cref="Locate"/>.</summary>
    public static bool IsInstalled(string pathOrName, IReadOnlyList<string>? searchFolders = null)
    {
        try
        {
            Locate(pathOrName, searchFolders);
            return true;
        }
        catch (ModelFileException)
        {
            return false;
        }
    }

    /// <summary>How to get a bundle of the catalog that is not there: the commands, and its files.</summary>
    public static string HowToGet(CatalogBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        string files = string.Join("; ", bundle.Models.Select(model => $"{model.Sources[0].Repository}: {string.Join(", ", model.FilesOf(WeightKind.Full).Where(file => !file.Optional).Select(file => file.Names[0]))}"));
        return $"Fetch it with: parley models pull {bundle.Name} (without internet: parley models import). It holds {files}.";
    }

    private static string Remedy(string name)
        => ModelCatalog.Default.FindBundle(name) is { Included: false } bundle ? HowToGet(bundle) : "Give a directory, or put the bundle into one of these folders.";

    private static List<string> FindStandardFolders()
    {
        List<string> folders = [Path.Combine(AppContext.BaseDirectory, "models")];
        for (DirectoryInfo? parent = new(AppContext.BaseDirectory); parent is not null; parent = parent.Parent)
        {
            if (!File.Exists(Path.Combine(parent.FullName, "Parley.slnx")))
                continue;
            folders.Add(Path.Combine(parent.FullName, "models"));
            break;
        }

        folders.Add(UserFolder);
        return folders;
    }
}
