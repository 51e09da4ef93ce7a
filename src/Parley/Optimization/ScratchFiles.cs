using Parley.Models.Onnx;

namespace Parley.Optimization;

/// <summary>Networks on their way, in the folder where the last one stays. None outlives it. Not safe for concurrent use.</summary>
/// <param name="folder">The folder.</param>
/// <param name="prefix">How their names begin; by it, those of a process that was killed are found and deleted.</param>
internal sealed class ScratchFiles(string folder, string prefix) : IDisposable
{
    private const string Extension = ".tmp";

    private readonly List<string> _files = [];

    /// <summary>Deletes what a process that was killed has left.</summary>
    public void DeleteLeftovers()
    {
        foreach (string left in Directory.GetFiles(folder, prefix + "*" + Extension))
            File.Delete(left);
    }

    /// <summary>A path for a new file.</summary>
    public string Add()
    {
        string path = Path.Combine(folder, $"{prefix}{Guid.NewGuid():N}{Extension}");
        _files.Add(path);
        return path;
    }

    /// <summary>Writes a changed network.</summary>
    /// <returns>Its path.</returns>
    public string Write(OnnxEdit edit, CancellationToken cancellationToken)
    {
        string path = Add();
        using FileStream target = new(path, FileMode.CreateNew, FileAccess.Write);
        edit.Write(target, cancellationToken);
        return path;
    }

    /// <summary>Deletes a file; nothing when it is none of these, or has been moved.</summary>
    public void Delete(string path)
    {
        if (_files.Remove(path))
            File.Delete(path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (string path in _files)
            File.Delete(path);
    }
}
