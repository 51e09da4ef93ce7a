namespace Parley.Cli.Transcribing;

/// <summary>What the INPUT arguments mean: files, folders, patterns, standard input.</summary>
/// <param name="Files">Recordings in the order of the arguments, those of a folder by name; each file once.</param>
/// <param name="Problems">Arguments that name nothing, with a sentence about each.</param>
/// <param name="IsSingle">Whether one argument names one recording, so that the result may go to standard output.</param>
internal sealed record InputList(IReadOnlyList<InputFile> Files, IReadOnlyList<(string Name, string Problem)> Problems, bool IsSingle)
{
    /// <summary>
    /// Extensions that are taken from folders. Any file can be named directly. <c>.ts</c> and <c>.mts</c> are left out: in most folders they are programs.
    /// </summary>
    public static IReadOnlySet<string> MediaExtensions { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        ".wav", ".mp3", ".m4a", ".m4b", ".aac", ".flac", ".ogg", ".oga", ".opus", ".wma", ".amr", ".aif", ".aiff", ".caf", ".ac3", ".mka",
        ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".wmv", ".flv", ".mpg", ".mpeg", ".m2ts", ".3gp",
    };

    /// <summary>Expands the arguments.</summary>
    /// <param name="arguments">As typed.</param>
    /// <param name="recursive">Whether folders are searched with their subfolders.</param>
    public static InputList Expand(IReadOnlyList<string> arguments, bool recursive)
    {
        List<InputFile> files = [];
        List<(string, string)> problems = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string argument in arguments)
        {
            IReadOnlyList<InputFile> found;
            if (argument is InputFile.StandardInputName)
                found = [InputFile.StandardInput];
            else if (File.Exists(argument))
                found = [new InputFile(argument, Path.GetFullPath(argument))];
            else if (Directory.Exists(argument))
                found = InFolder(argument, recursive, problems);
            else if (FilePattern.IsPattern(argument))
                found = [.. FilePattern.Find(argument).Select(path => new InputFile(path, Path.GetFullPath(path)))];
            else
                found = [];

            if (found.Count == 0 && !problems.Exists(problem => string.Equals(problem.Item1, argument, StringComparison.Ordinal)))
                problems.Add((argument, Missing(argument)));
            files.AddRange(found.Where(file => seen.Add(file.Path ?? file.Name)));
        }

        bool isSingle = arguments is [string only] && (only is InputFile.StandardInputName || File.Exists(only));
        return new InputList(files, problems, isSingle);
    }

    private static List<InputFile> InFolder(string folder, bool recursive, List<(string, string)> problems)
    {
        try
        {
            EnumerationOptions options = new() { RecurseSubdirectories = recursive, IgnoreInaccessible = recursive, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
            return [.. Directory.EnumerateFiles(folder, "*", options)
                .Where(path => MediaExtensions.Contains(Path.GetExtension(path)))
                .Order(StringComparer.Ordinal)
                .Select(path => new InputFile(path, Path.GetFullPath(path), Path.GetDirectoryName(Path.GetRelativePath(folder, path)) ?? string.Empty))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add((folder, error.Message));
            return [];
        }
    }

    private static string Missing(string argument)
        => argument.Length == 0 ? "An input has no name. Is a variable empty?"
            : Directory.Exists(argument) ? "No audio or video in this folder. Name the files, or search subfolders with --recursive."
            : FilePattern.IsPattern(argument) ? "No file matches this pattern."
            : "No such file or folder.";
}
