namespace Parley.Tests.Cli;

/// <summary>A temporary folder with a name that hurts: blanks and letters beyond ASCII.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("parley tëst 测试 ").FullName;

    public string this[string relative] => Path.Combine(Root, relative);

    /// <summary>Everything below, relative, sorted.</summary>
    public IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal)];

    public string Write(string relative, string text = "")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[relative])!);
        File.WriteAllText(this[relative], text);
        return this[relative];
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
