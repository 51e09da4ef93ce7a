using System.Text;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Workers.Pool;

/// <summary>
/// Keeps what the processes of one worker write, in a file that is followed by another when it is full. What cannot be written is dropped:
/// a full disk must not stop anybody. Safe for concurrent use.
/// </summary>
internal sealed class WorkerOutput : IDisposable
{
    private readonly Lock _lock = new();
    private readonly int _worker;
    private readonly string _path;
    private readonly long _maxBytes;
    private readonly TimeSpan _retention;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private StreamWriter? _file;
    private bool _hasFailed;
    private int _followed;

    /// <param name="folder">Is made when it is missing.</param>
    /// <param name="worker">Number of the worker.</param>
    /// <param name="maxBytes">Size at which a file is followed by the next.</param>
    /// <param name="retention">Full files older than this are deleted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told once when nothing can be kept.</param>
    public WorkerOutput(string folder, int worker, long maxBytes, TimeSpan retention, TimeProvider time, ILogger logger)
    {
        _worker = worker;
        _path = Path.Combine(folder, $"worker-{worker}.log");
        _maxBytes = maxBytes;
        _retention = retention;
        _time = time;
        _logger = logger;
    }

    /// <summary>Adds a line with the time before it.</summary>
    public void Write(string line)
    {
        lock (_lock)
        {
            try
            {
                _file ??= Open();
                _file.WriteLine($"{_time.GetLocalNow():yyyy-MM-dd HH:mm:ss.fff} {line}");
                if (_file.BaseStream.Position >= _maxBytes)
                    Follow();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                if (!_hasFailed)
                    _logger.OutputNotKept(_worker, _path, error.Message);
                _hasFailed = true;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    private StreamWriter Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        DeleteOld();
        FileStream file = new(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        return new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
    }

    private void Follow()
    {
        _file?.Dispose();
        _file = null;
        File.Move(_path, Path.ChangeExtension(_path, $".{_time.GetUtcNow():yyyyMMdd-HHmmss-fff}-{_followed++}.log"), overwrite: true);
        DeleteOld();
    }

    private void DeleteOld()
    {
        foreach (FileInfo file in new DirectoryInfo(Path.GetDirectoryName(_path)!).EnumerateFiles($"worker-{_worker}.*.log"))
        {
            if (_time.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc > _retention)
                file.Delete();
        }
    }
}
