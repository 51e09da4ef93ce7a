using System.Formats.Tar;

namespace Parley.Models.Packaging;

/// <summary>A bundle as one file: a tar archive with a manifest that holds every checksum, for machines without internet.</summary>
public static class BundlePackage
{
    /// <summary>Writes a bundle, with the files that its stages read and those that belong to them.</summary>
    /// <param name="bundle">What is packed.</param>
    /// <param name="output">Receives the archive.</param>
    /// <param name="cancellationToken">Stops between files and while they are hashed.</param>
    /// <exception cref="ModelFileException">A file cannot be read any more, or differs from its recorded checksum.</exception>
    public static void Write(ModelBundle bundle, Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        IReadOnlyList<PackedFile> files = BundleContents.Of(bundle);
        Dictionary<string, string> hashes = new(StringComparer.Ordinal);
        foreach (PackedFile file in files)
        {
            string found = ModelFile.Of(file.Source).ComputeSha256(cancellationToken);
            if (bundle.RecordedSha256(ModelFile.Of(file.Source)) is { } recorded && !string.Equals(recorded, found, StringComparison.Ordinal))
                throw new ModelFileException(file.Source, $"{file.Source} differs from the SHA-256 that its bundle records. Fetch the bundle again before it is handed on.");
            hashes[file.Name] = found;
        }

        using TarWriter tar = new(output, TarEntryFormat.Pax, leaveOpen: true);
        using MemoryStream manifest = new(BundleFolder.ManifestOf(BundleContents.NotesOf(bundle, bundle.Name, hashes)));
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, BundleManifest.FileName) { DataStream = manifest });
        foreach (PackedFile file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using FileStream content = File.OpenRead(file.Source);
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file.Name) { DataStream = content });
        }
    }
}
