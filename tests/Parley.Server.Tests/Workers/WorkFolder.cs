using Parley.Server.Configuration;

namespace Parley.Server.Tests.Workers;

/// <summary>A folder of one test, with the options of a server that keeps everything in it.</summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-workers-test-");

    public string Path => _folder.FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Options with the demo models on the CPU.</summary>
    public ServerOptions Options(int workers = 1) => new()
    {
        Funasr = new ModelOptions { Bundle = System.IO.Path.Combine(TestPaths.Root, "models", "demo"), Devices = new() { Device = "cpu" } },
        Transcription = new TranscriptionOptions { MaxConcurrentTasks = workers },
        Server = new ListenOptions { TempDir = File("temp") },
        Database = new DatabaseOptions { Path = File("parley.db") },
        Logging = new LoggingOptions { LogDir = File("logs") },
    };

    public void Dispose() => _folder.Delete(recursive: true);
}
