using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Parley.Server.Tests.EndToEnd;

/// <summary><c>parley serve</c> as a process of its own, with a data directory of its own that outlives it: kill it, start it again.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int SigTerm = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly string _config;
    private readonly bool _ownsFolder;
    private Process? _process;

    private ServerProcess(string folder, bool ownsFolder, int port, string config)
    {
        Folder = folder;
        _ownsFolder = ownsFolder;
        Port = port;
        _config = config;
    }

    /// <summary>The data directory.</summary>
    public string Folder { get; }

    public int Port { get; }

    public Uri Http => new($"http://127.0.0.1:{Port}/");

    public Uri WebSocket => new($"ws://127.0.0.1:{Port}/");

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("The server does not run.");

    /// <summary>What the server printed so far, over all its lives.</summary>
    public string Log => string.Join('\n', _lines);

    private string SystemTemp => Path.Combine(Folder, "system");

    /// <summary>Writes a configuration and starts the server; returns when it is ready for jobs.</summary>
    /// <param name="configure">Changes the configuration before it is written.</param>
    /// <param name="waitUntilReady">False returns as soon as the process runs.</param>
    public static async Task<ServerProcess> StartAsync(Action<JsonObject>? configure = null, bool waitUntilReady = true)
    {
        string folder = Directory.CreateTempSubdirectory("parley-server-").FullName;
        int port = FreePort();
        JsonObject config = new()
        {
            ["server"] = new JsonObject { ["host"] = "127.0.0.1", ["port"] = port },
            ["funasr"] = new JsonObject { ["model_dir"] = Path.Combine(TestPaths.Root, "models", "demo"), ["device"] = "cpu", ["ncpu"] = 1 },
            ["transcription"] = new JsonObject { ["concurrency_mode"] = "pool", ["max_concurrent_tasks"] = 2 },
            ["notification"] = new JsonObject { ["enabled"] = false },
        };
        configure?.Invoke(config);
        string file = Path.Combine(folder, "config.json");
        await File.WriteAllTextAsync(file, config.ToJsonString());
        ServerProcess server = new(folder, ownsFolder: true, port, file);
        try
        {
            server.Launch();
            if (waitUntilReady)
                await server.WaitUntilReadyAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the program again on what the last one left.</summary>
    public void Launch()
    {
        ProcessStartInfo start = new("dotnet", [TestPaths.Program, "serve", "--config", _config, "--data-dir", Folder])
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("FUNASR_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        // What a killed server cannot take away goes with the folder; the next one in it finds what the last one left.
        start.Environment["TMPDIR"] = Directory.CreateDirectory(SystemTemp).FullName;
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
    }

    public async Task WaitUntilReadyAsync()
    {
        using HttpClient http = new() { BaseAddress = Http, Timeout = TimeSpan.FromSeconds(5) };
        await Until.TrueAsync(
            async () =>
            {
                if (_process!.HasExited)
                    throw new InvalidOperationException($"The server ended with status {_process.ExitCode}:\n{Log}");
                try
                {
                    using HttpResponseMessage answer = await http.GetAsync(new Uri("readyz", UriKind.Relative));
                    return answer.StatusCode == HttpStatusCode.OK;
                }
                catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
                {
                    return false;
                }
            },
            () => $"The server did not become ready:\n{Log}");
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        _process = null;
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    /// <returns>The exit status.</returns>
    public async Task<int> StopAsync()
    {
        Process process = _process ?? throw new InvalidOperationException("The server does not run.");
        _ = Kill(process.Id, SigTerm);
        using CancellationTokenSource patience = new(Patience);
        await process.WaitForExitAsync(patience.Token);
        int status = process.ExitCode;
        process.Dispose();
        _process = null;
        return status;
    }

    /// <summary>Worker processes of this server that live right now.</summary>
    public IReadOnlyList<int> Workers() => ProcessTable.Children(ProcessId);

    /// <summary>Processes that have to do with this server's data directory.</summary>
    public IReadOnlyList<int> Related() => ProcessTable.Naming(Folder);

    /// <summary>Folders for the sockets of workers, of this server and those before it.</summary>
    public IReadOnlyList<string> SocketFolders() => Directory.GetDirectories(SystemTemp, "parley-workers-*");

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        // Workers end with their server; what stays is a defect that some test shows, and must not disturb the others.
        foreach (int id in ProcessTable.Naming(Folder))
            _ = Kill(id, 9);
        if (_ownsFolder)
        {
            try
            {
                Directory.Delete(Folder, recursive: true);
            }
            catch (IOException)
            {
                // A process that has just been killed may still be writing.
            }
        }
    }

    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static extern int Kill(int processId, int signal);

    private void Keep(string? line)
    {
        if (line is not null)
            _lines.Enqueue(line);
    }
}

/// <summary>The system's processes, as Linux shows them under /proc.</summary>
internal static class ProcessTable
{
    public static IReadOnlyList<int> Children(int parent) => [.. All().Where(id => Parent(id) == parent)];

    /// <summary>Processes with this text in their command line.</summary>
    public static IReadOnlyList<int> Naming(string text)
        => [.. All().Where(id => Read(id, "cmdline").Contains(text, StringComparison.Ordinal) && !Read(id, "stat").Contains(") Z ", StringComparison.Ordinal))];

    /// <summary>Resident memory in bytes; 0 for a process that is gone.</summary>
    public static long ResidentBytes(int id)
    {
        string line = Read(id, "status").Split('\n').FirstOrDefault(item => item.StartsWith("VmRSS:", StringComparison.Ordinal)) ?? "0";
        string digits = new([.. line.Where(char.IsAsciiDigit)]);
        return digits.Length == 0 ? 0 : long.Parse(digits, CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Nice values of a process's threads.</summary>
    public static IReadOnlyList<int> Niceness(int id) => [.. Directory.EnumerateDirectories($"/proc/{id}/task")
        .Select(thread => Read(id, $"task/{Path.GetFileName(thread)}/stat"))
        .Where(stat => stat.Contains(')'))
        .Select(stat => int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture))];

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), out int id) ? id : 0).Where(id => id > 0);

    private static int Parent(int id)
    {
        string stat = Read(id, "stat");
        int end = stat.LastIndexOf(')');
        return end < 0 ? 0 : int.Parse(stat[(end + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static string Read(int id, string name)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{name}").Replace('\0', ' ');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
