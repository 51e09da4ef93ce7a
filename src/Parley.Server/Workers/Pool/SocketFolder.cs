using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Workers.Pool;

/// <summary>The folder of one server's sockets: readable by its user alone, new for every server. Folders that servers left behind when they were killed are removed.</summary>
internal sealed class SocketFolder : IDisposable
{
    private const string Prefix = "parley-workers-";

    // What every system takes for a socket's path (macOS: 104 bytes with the end mark).
    private const int MaxPathBytes = 100;

    // A server that starts has no sockets yet.
    private static readonly TimeSpan MinAge = TimeSpan.FromMinutes(10);

    private int _count;

    public SocketFolder(ILogger logger)
    {
        RemoveLeftovers(logger);
        Path = Directory.CreateTempSubdirectory(Prefix).FullName; // mode 0700
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
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }

    private static void RemoveLeftovers(ILogger logger)
    {
        foreach (DirectoryInfo folder in new DirectoryInfo(System.IO.Path.GetTempPath()).EnumerateDirectories(Prefix + "*"))
        {
            try
            {
                if (DateTime.UtcNow - folder.LastWriteTimeUtc > MinAge && !folder.EnumerateFiles("*.sock").Any(socket => IsAlive(socket.FullName)))
                    folder.Delete(recursive: true);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                logger.LeftoversStay(folder.FullName, error.Message); // another user's
            }
        }
    }

    private static bool IsAlive(string path)
    {
        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode is not (SocketError.ConnectionRefused or SocketError.AddressNotAvailable or SocketError.HostNotFound);
        }
    }
}
