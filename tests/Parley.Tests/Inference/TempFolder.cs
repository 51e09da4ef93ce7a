namespace Parley.Tests.Inference;

/// <summary>A folder for one test.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("parley-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
