namespace Parley.Models;

/// <summary>A model file is missing, damaged, or not what it should be; the operator can mend it. The message names file, expectation and finding.</summary>
public sealed class ModelFileException(string path, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The file or directory in question.</summary>
    public string Path { get; } = path;
}
