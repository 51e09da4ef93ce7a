namespace Parley.Models.Downloads;

/// <summary>The folder in which a bundle is put together. It is kept between runs.</summary>
internal static class PartFolder
{
    /// <summary>Makes the folder and removes what does not belong to this download: it may have been begun with other files.</summary>
    public static void Prepare(string part, IReadOnlyList<WantedFile> files)
    {
        HashSet<string> kept = [.. files.SelectMany(file => new[] { file.Path, file.PartPath, file.VersionPath })];
        Directory.CreateDirectory(part);
        foreach (string path in Directory.EnumerateFiles(part, "*", SearchOption.AllDirectories).Where(path => !kept.Contains(path)).ToArray())
            File.Delete(path);
        foreach (string directory in files.Select(file => Path.GetDirectoryName(file.Path)!).Distinct(StringComparer.Ordinal))
            Directory.CreateDirectory(directory);
    }
}
