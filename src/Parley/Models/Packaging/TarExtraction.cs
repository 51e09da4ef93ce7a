using System.Formats.Tar;
using System.IO.Compression;

namespace Parley.Models.Packaging;

/// <summary>Unpacks archives that anybody may have made: plain files below the target, within limits, and nothing else.</summary>
/// <param name="maxBytes">Most bytes that all files may have together.</param>
/// <param name="maxEntries">Most entries.</param>
internal sealed class TarExtraction(long maxBytes, int maxEntries)
{
    private const int MaxDepth = 8, MaxNameLength = 255;

    /// <summary>Unpacks <c>.tar</c>, or <c>.tar.gz</c> by its first bytes.</summary>
    /// <param name="archive">The file.</param>
    /// <param name="target">An empty directory.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <exception cref="ModelFileException">It is no archive, holds what no bundle holds, or more than the limits allow.</exception>
    public void Extract(string archive, string target, CancellationToken cancellationToken)
    {
        try
        {
            using FileStream file = File.OpenRead(archive);
            bool isGzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            using Stream content = isGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
            using TarReader tar = new(content);
            long left = maxBytes;
            int entries = 0;
            while (tar.GetNextEntry() is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (++entries > maxEntries)
                    throw new ModelFileException(archive, $"{archive} has more than {maxEntries} entries; no bundle has so many. Nothing was imported.");
                left -= Extract(archive, entry, target, left, cancellationToken);
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new ModelFileException(archive, $"{archive} is no whole tar archive: {error.Message} Copy the file again.", error);
        }
    }

    private long Extract(string archive, TarEntry entry, string target, long left, CancellationToken cancellationToken)
    {
        if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
            return 0;
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile))
            throw Hostile(archive, entry, $"is no plain file but {entry.EntryType}");
        string path = Place(archive, entry, target);
        if (entry.Length > left)
            throw Hostile(archive, entry, $"makes the contents larger than {maxBytes} bytes");
        if (File.Exists(path))
            throw Hostile(archive, entry, "is there twice");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using FileStream output = new(path, FileMode.CreateNew, FileAccess.Write);
        byte[] block = new byte[1 << 17];
        long written = 0;
        int read;
        while (entry.DataStream is { } content && (read = content.Read(block)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // What the header says is not believed.
            if ((written += read) > left)
                throw Hostile(archive, entry, $"makes the contents larger than {maxBytes} bytes");
            output.Write(block, 0, read);
        }

        return written == entry.Length ? written : throw new EndOfStreamException($"'{entry.Name}' ends after {written} of {entry.Length} bytes.");
    }

    /// <summary>Where an entry goes: below the target, by names that mean the same on every system.</summary>
    private static string Place(string archive, TarEntry entry, string target)
    {
        string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
        string[] parts = name.Split('/');
        bool isPlain = parts.Length <= MaxDepth && parts.All(part =>
            part is { Length: > 0 and <= MaxNameLength } and not ("." or "..") && part.AsSpan().IndexOfAny('\\', ':', '\0') < 0 && !part.Any(char.IsControl));
        if (!isPlain)
            throw Hostile(archive, entry, "points out of the archive or has a name that no bundle has");
        return Path.Combine([target, .. parts]);
    }

    private static ModelFileException Hostile(string archive, TarEntry entry, string what)
        => new(archive, $"{archive}: the entry '{entry.Name}' {what}. Nothing was imported.");
}
