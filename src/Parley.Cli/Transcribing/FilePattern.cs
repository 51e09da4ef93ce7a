using System.IO.Enumeration;

namespace Parley.Cli.Transcribing;

/// <summary>Patterns with <c>*</c> and <c>?</c> within names and <c>**</c> for any folders between, for shells that leave them to programs.</summary>
internal static class FilePattern
{
    private const string AnyFolders = "**";

    /// <summary>Whether an argument holds wildcards.</summary>
    public static bool IsPattern(string argument) => argument.AsSpan().ContainsAny('*', '?');

    /// <summary>Files that match, by name. Names with a leading dot match only patterns with one.</summary>
    public static IReadOnlyList<string> Find(string pattern)
    {
        string[] parts = pattern.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]);
        int firstWild = Array.FindIndex(parts, IsPattern);
        string root = string.Join(Path.DirectorySeparatorChar, parts[..firstWild]);
        if (firstWild == 1 && root.Length == 0)
            root = Path.DirectorySeparatorChar.ToString(); // the pattern is absolute
        List<string> found = [];
        Search(root, parts.AsSpan(firstWild), found);
        found.Sort(StringComparer.Ordinal);
        return [.. found.Distinct(StringComparer.Ordinal)];
    }

    private static void Search(string folder, ReadOnlySpan<string> parts, List<string> found)
    {
        string part = parts[0];
        bool isLast = parts.Length == 1;
        if (part is AnyFolders)
        {
            if (isLast)
                Search(folder, ["*"], found);
            else
                Search(folder, parts[1..], found);
            foreach (string subfolder in Entries(folder, "*", folders: true))
                Search(subfolder, parts, found);
        }
        else if (isLast)
        {
            found.AddRange(Entries(folder, part, folders: false));
        }
        else
        {
            foreach (string subfolder in Entries(folder, part, folders: true))
                Search(subfolder, parts[1..], found);
        }
    }

    private static string[] Entries(string folder, string part, bool folders)
    {
        string searched = folder.Length == 0 ? "." : folder;
        if (!Directory.Exists(searched))
            return [];
        EnumerationOptions options = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };
        bool ignoreCase = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS();
        IEnumerable<string> names = (folders ? Directory.EnumerateDirectories(searched, "*", options) : Directory.EnumerateFiles(searched, "*", options))
            .Select(path => Path.GetFileName(path))
            .Where(name => FileSystemName.MatchesSimpleExpression(part, name, ignoreCase) && (!name.StartsWith('.') || part.StartsWith('.')));
        // A link to a folder above would be followed for ever.
        return [.. names.Select(name => Path.Combine(folder, name)).Where(path => !folders || new DirectoryInfo(path).LinkTarget is null)];
    }
}
