using Parley.Models.Downloads;

namespace Parley.Models.Packaging;

/// <summary>Takes bundles away: only what is one, and only from the folders in which bundles lie.</summary>
public static class BundleRemoval
{
    /// <summary>The directory that a name means.</summary>
    /// <param name="name">Name of a bundle; paths are refused.</param>
    /// <param name="folders">The folders in which bundles lie, in the order in which they are searched.</param>
    /// <exception cref="ModelFileException">There is none, it is no bundle, or it is a link.</exception>
    public static string Find(string name, IReadOnlyList<string> folders)
    {
        if (!BundleFolder.IsName(name))
            throw new ModelFileException(name, $"'{name}' is no bundle's name. Bundles are removed by the name that parley models list shows; delete other directories yourself.");
        string directory = folders.Select(folder => Path.Combine(Path.GetFullPath(folder), name)).FirstOrDefault(Directory.Exists)
            ?? throw new ModelFileException(name, $"There is no bundle {name} in {string.Join(", ", folders)}.");
        if (new DirectoryInfo(directory).LinkTarget is { } link)
            throw new ModelFileException(directory, $"{directory} is a link to {link}. Remove the link yourself.");
        if (!ModelBundleLocator.IsBundle(directory))
            throw new ModelFileException(directory, $"{directory} is no model bundle; it is left alone.");
        return directory;
    }

    /// <summary>Removes a bundle that <see cref="Find"/> found, once nobody else works on it.</summary>
    public static async Task RemoveAsync(string directory, Action waiting, CancellationToken cancellationToken)
    {
        string folder = Path.GetDirectoryName(directory)!, name = Path.GetFileName(directory);
        using FolderLock held = await FolderLock.TakeAsync(folder, name, waiting, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        try
        {
            BundleFolder.Remove(directory);
            // What an interrupted download left belongs to the bundle, too.
            foreach (string part in Directory.EnumerateDirectories(folder, $".{name}.*.part"))
                Directory.Delete(part, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(directory, $"{directory} cannot be removed: {error.Message}", error);
        }
    }
}
