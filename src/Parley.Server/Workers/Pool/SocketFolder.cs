using Microsoft.Extensions.Logging;

namespace Parley.Server.Workers.Pool;

/// <summary>
/// The folder of one server's sockets: readable by its user alone, new for every server. Its server holds a lock in it for life, which the system
/// takes back however the server ends; so the next server knows the folders of those that were killed, and removes them.
/// </summary>
internal sealed class SocketFolder : IDisposable
{
    private const string Prefix = "parley-workers-";
    private const string LockName = "lock";

    // What every system takes for a socket's path (macOS: 104 bytes with the end mark).
    private const int MaxPathBytes = 100;

    // A folder without a lock is one that is being made, or whose server was killed just then.
    private static readonly TimeSpan MaxAgeWithoutLock = TimeSpan.FromMinutes(10);

    private readonly FileStream _lock;
    private int _count;

    public SocketFolder(ILogger logger)
    {
        Path = Directory.CreateTempSubdirectory(Prefix).FullName; // mode 0700
        _lock = TakeLock(Path);
        if (IsHeld(Path)) // else locks mean nothing on this disk, and nobody can be known to be gone
            RemoveLeftovers(logger);
    }

    public string Path { get; }

    /// <summary>A path at which nothing has listened yet.</summary>
    /// <exception cref="InvalidOperationException">The system's temporary folder has too long a path for sockets.</exception>
    public string NewPath(int worker)
    {
        string path = System.IO.Path.Combine(Path, $"{worker}-{Interlocked.Increment(ref _count)}.sock");
        return System.Text.Encoding.UTF8.GetByteCount(path) <= MaxPathBytes
            ? path
            : throw new InvalidOperationException($"{path} is too long for a socket: at most {MaxPathBytes} bytes. Set the variable TMPDIR to a shorter path.");
    }

    public void Dispose()
    {
        _lock.Dispose();
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // A server that starts was quicker, or somebody has tidied up.
        }
    }

    // Nobody sees the lock before it is held: whoever finds one that is free knows that its owner is gone.
    private static FileStream TakeLock(string folder)
    {
        string unseen = System.IO.Path.Combine(folder, "lock.new");
        FileStream held = new(unseen, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, bufferSize: 1); // Windows renames what may be deleted
        File.Move(unseen, System.IO.Path.Combine(folder, LockName));
        return held;
    }

    private static void RemoveLeftovers(ILogger logger)
    {
        foreach (DirectoryInfo folder in new DirectoryInfo(System.IO.Path.GetTempPath()).EnumerateDirectories(Prefix + "*"))
        {
            try
            {
                if (FileOwner.IsThisUser(folder.FullName) && folder.LinkTarget is null && IsLeft(folder))
                    folder.Delete(recursive: true);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                logger.LeftoversStay(folder.FullName, error.Message); // two servers that start may remove the same
            }
        }
    }

    private static bool IsLeft(DirectoryInfo folder)
        => File.Exists(System.IO.Path.Combine(folder.FullName, LockName)) ? !IsHeld(folder.FullName) : DateTime.UtcNow - folder.LastWriteTimeUtc > MaxAgeWithoutLock;

    private static bool IsHeld(string folder)
    {
        try
        {
            using FileStream taken = new(System.IO.Path.Combine(folder, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
