using Parley.Models.Downloads;

namespace Parley.Models.Packaging;

/// <summary>
/// Takes official files that were fetched elsewhere, from a folder or an archive, into a folder of bundles: checked, whole or not at all.
/// </summary>
/// <param name="folder">The folder in which bundles lie; made when it is missing.</param>
public sealed class BundleImport(string folder)
{
    /// <summary>Several times the largest official bundle.</summary>
    private const long MaxArchiveBytes = 32L << 30;

    private const int MaxArchiveEntries = 1000;
    private const long SpareBytes = 64L << 20;

    private readonly string _folder = Path.GetFullPath(folder);

    /// <summary>Most bytes that an archive may hold; for tests.</summary>
    internal long MaxBytes { get; init; } = MaxArchiveBytes;

    /// <summary>Free bytes of the volume of a directory; for tests.</summary>
    internal Func<string, long> FreeBytes { get; init; } = static directory => new DriveInfo(directory).AvailableFreeSpace;

    /// <summary>Takes a bundle over.</summary>
    /// <param name="source">A directory with the models (with or without a manifest), or an archive of one.</param>
    /// <param name="name">Its name here; null keeps the one that it has.</param>
    /// <param name="replace">Whether an installed bundle of the name may be replaced.</param>
    /// <param name="check">Is given the bundle before it gets its place, and throws when it cannot be used.</param>
    /// <param name="waiting">Called when another process works on the same bundle.</param>
    /// <param name="cancellationToken">Stops; nothing is left behind.</param>
    /// <returns>Directory of the bundle.</returns>
    /// <exception cref="ModelFileException">Files are missing (all are listed), damaged, or differ from the manifest; or the archive is hostile.</exception>
    public async Task<string> RunAsync(string source, string? name, bool replace, Func<ModelBundle, Task> check, Action waiting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(check);
        if (name is not null && !BundleFolder.IsName(name))
            throw new ModelFileException(name, $"'{name}' cannot be a bundle's name: letters, digits, '-', '_', '.' and '+' can be in one.");
        Directory.CreateDirectory(_folder);
        string work = Path.Combine(_folder, $".import.{Guid.NewGuid():N}.part");
        Directory.CreateDirectory(work);
        try
        {
            ModelBundle given = ModelBundle.Load(Unpacked(source, work, cancellationToken));
            CheckHashes(given, cancellationToken);
            string own = name ?? (BundleFolder.IsName(given.Name) ? given.Name : throw new ModelFileException(source, $"'{given.Name}' cannot be a bundle's name here. Give one with --name."));
            string target = Path.Combine(_folder, own);
            using FolderLock held = await FolderLock.TakeAsync(_folder, own, waiting, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            if (Directory.Exists(target) && !replace)
                throw new ModelFileException(target, $"There is a bundle {own} at {target}. Replace it with --replace, or give another --name.");
            string ready = Path.Combine(work, own);
            Copy(given, own, ready, cancellationToken);
            await check(ModelBundle.Load(ready)).ConfigureAwait(false);
            BundleFolder.MoveIntoPlace(ready, target);
            return target;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(_folder, $"{source} cannot be imported into {_folder}: {error.Message}", error);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private string Unpacked(string source, string work, CancellationToken cancellationToken)
    {
        if (Directory.Exists(source))
            return Path.GetFullPath(source);
        if (!File.Exists(source))
            throw new ModelFileException(source, $"There is no file or directory {Path.GetFullPath(source)}.");
        // The archive has no name of its own: a bundle without a manifest is called after the file.
        string name = Path.GetFileName(source).Split(".tar")[0].TrimStart('.');
        string unpacked = Path.Combine(work, "archive", name.Length > 0 ? name : "bundle");
        Directory.CreateDirectory(unpacked);
        new TarExtraction(Math.Min(MaxBytes, FreeBytes(work) - SpareBytes), MaxArchiveEntries).Extract(source, unpacked, cancellationToken);
        // Archives of a directory hold it as their only entry.
        return !File.Exists(Path.Combine(unpacked, BundleManifest.FileName)) && Directory.GetFileSystemEntries(unpacked) is [var only] && ModelBundleLocator.IsBundle(only) ? only : unpacked;
    }

    private static void CheckHashes(ModelBundle bundle, CancellationToken cancellationToken)
    {
        foreach (ModelFile file in bundle.Stages.SelectMany(stage => stage.Files))
        {
            if (bundle.RecordedSha256(file) is { } recorded && !string.Equals(recorded, file.ComputeSha256(cancellationToken), StringComparison.Ordinal))
                throw new ModelFileException(file.Path, $"{file.Path} differs from the SHA-256 that the bundle's manifest records. Copy the bundle again.");
        }
    }

    private void Copy(ModelBundle bundle, string name, string ready, CancellationToken cancellationToken)
    {
        IReadOnlyList<PackedFile> files = BundleContents.Of(bundle);
        long needed = files.Sum(file => new FileInfo(file.Source).Length) + SpareBytes, free = FreeBytes(_folder);
        if (free < needed)
            throw new ModelFileException(_folder, $"The disk of {_folder} has {free} bytes free; {needed} are needed. Make room, or name another folder with --into.");
        Dictionary<string, string> hashes = new(StringComparer.Ordinal);
        foreach (PackedFile file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string path = Path.Combine(ready, file.Name.Replace('/', Path.DirectorySeparatorChar));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file.Source, path);
            hashes[file.Name] = ModelFile.Of(path).ComputeSha256(cancellationToken);
        }

        BundleFolder.WriteManifest(ready, BundleContents.NotesOf(bundle, name, hashes));
    }
}
