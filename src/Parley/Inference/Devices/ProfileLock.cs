namespace Parley.Inference.Devices;

/// <summary>Keeps two processes from measuring at once: each would slow the other down, and the second would overwrite what the first found.</summary>
public sealed class ProfileLock : IDisposable
{
    private readonly FileStream _file;

    private ProfileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock. It ends with this object, or with the process.</summary>
    /// <param name="profilePath">The profile; the lock lies beside it.</param>
    /// <returns>Null when another process holds it.</returns>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written to.</exception>
    public static ProfileLock? TryTake(string profilePath) => TryTake(profilePath, ".lock");

    /// <summary>Takes a lock beside any file.</summary>
    internal static ProfileLock? TryTake(string filePath, string extension)
    {
        string path = Path.GetFullPath(filePath) + extension;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new ProfileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Gives the lock back. Its file stays: to delete it would open a gap between two others.</summary>
    public void Dispose() => _file.Dispose();
}
