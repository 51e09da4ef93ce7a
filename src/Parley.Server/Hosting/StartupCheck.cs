using System.Net;
using System.Net.Sockets;
using Parley.Audio;
using Parley.Models;
using Parley.Server.Configuration;

namespace Parley.Server.Hosting;

/// <summary>What can be known before anything is started: models, directories, the port, the machine.</summary>
internal static class StartupCheck
{
    private const long LittleMemoryBytes = 4L << 30;

    /// <summary>What keeps the server from starting, one line each; empty when nothing does.</summary>
    /// <param name="options">The options.</param>
    /// <param name="withPort">Whether to try the port, too; a server that starts finds out by itself.</param>
    /// <param name="withModels">Whether to look at the models; not when they are still to be fetched.</param>
    public static List<string> Problems(ServerOptions options, bool withPort, bool withModels = true)
    {
        List<string> problems = [.. Directories(options).Select(item => WriteProblem(item.Key, item.Path)).OfType<string>()];
        if (withModels)
            problems.AddRange(ModelProblems(options.Funasr));
        if (withPort && PortProblem(options.Server) is { } problem)
            problems.Add(problem);
        return problems;
    }

    /// <summary>What works, but not as well as it could.</summary>
    public static IEnumerable<string> PlatformWarnings()
    {
        if (FfmpegLocator.Find(new AudioOptions()) is null)
            yield return $"ffmpeg was not found: only WAV files can be transcribed. Install it, or name it in {AudioOptions.FfmpegVariable}.";
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (memory < LittleMemoryBytes)
            yield return $"The server may use {memory >> 20} MB of memory; less than 4096 MB is little for long recordings. Use fewer workers (transcription.max_concurrent_tasks).";
    }

    /// <summary>Makes the directories that the server writes to.</summary>
    /// <exception cref="StartupException">One cannot be made.</exception>
    public static void MakeDirectories(ServerOptions options)
    {
        foreach ((string key, string path) in Directories(options))
        {
            try
            {
                Directory.CreateDirectory(path);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new StartupException(NotWritable(key, path, error), error);
            }
        }
    }

    /// <summary>What the operator reads when the port cannot be had.</summary>
    public static string PortTaken(ListenOptions listen, Exception error)
        => $"Cannot listen on {listen.Host} port {listen.Port}: {ReasonOf(error)} Stop the other program, or choose another port with --port or server.port (FUNASR_SERVER_PORT).";

    private static IEnumerable<string> ModelProblems(ModelOptions options)
    {
        if (BundleProblem(options.Bundle, options.BundleOptions) is { } problem)
            yield return problem;
        string[] others = [.. options.WantedBundles.Skip(1)];
        foreach (string name in others)
        {
            if (BundleProblem(name, options.BundleOptions with { StageDirectories = ModelBundleOptions.NoStages }) is { } other)
                yield return $"funasr.bundles: {other}";
        }

        foreach (IGrouping<string, string> same in others.GroupBy(name => Path.GetFileName(Path.TrimEndingDirectorySeparator(name)), StringComparer.Ordinal).Where(group => group.Count() > 1))
            yield return $"funasr.bundles: {string.Join(" and ", same)} have the same name, and nobody could say which is meant. Rename a directory.";
    }

    private static string? BundleProblem(string bundle, ModelBundleOptions options)
    {
        try
        {
            ModelBundle.Load(bundle, options);
            return null;
        }
        catch (ModelFileException error)
        {
            return error.Message;
        }
    }

    private static IEnumerable<(string Key, string Path)> Directories(ServerOptions options) =>
    [
        ("database.path", Path.GetDirectoryName(options.Database.Path)!), ("server.upload_dir", options.Server.UploadDir),
        ("server.temp_dir", options.Server.TempDir), ("logging.log_dir", options.Logging.LogDir),
    ];

    // Without leaving anything behind: what does not exist is judged by the folder that it would lie in.
    private static string? WriteProblem(string key, string path)
    {
        string existing = path;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
            existing = parent;
        try
        {
            if (File.Exists(path))
                throw new IOException("it is a file.");
            using FileStream probe = new(Path.Combine(existing, $".parley-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return NotWritable(key, path, error);
        }
    }

    private static string NotWritable(string key, string path, Exception error)
        => $"{key}: cannot write to {path}: {error.Message} Give the server's user the right to, or name another directory.";

    private static string? PortProblem(ListenOptions listen)
    {
        try
        {
            foreach (IPAddress address in ListenAddress.Resolve(listen.Host))
            {
                using TcpListener listener = new(address, listen.Port);
                listener.Start();
            }

            return null;
        }
        catch (Exception error) when (error is SocketException or StartupException)
        {
            return error is StartupException ? error.Message : PortTaken(listen, error);
        }
    }

    private static string ReasonOf(Exception error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException socket)
                return socket.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse => "another program uses it.",
                    SocketError.AccessDenied => "the system does not allow it (ports below 1024 need a privilege).",
                    SocketError.AddressNotAvailable => "this machine does not have that address.",
                    _ => socket.Message + ".",
                };
        }

        return error.Message;
    }
}
