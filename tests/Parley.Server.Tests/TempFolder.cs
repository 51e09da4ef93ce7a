namespace Parley.Server.Tests;

/// <summary>A folder of its own for a test, deleted afterwards.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("parley-test-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public string Write(string name, string contents)
    {
        string path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, contents);
        return path;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
