using System.Globalization;
using System.Text;
using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;
using Serilog.Formatting;

namespace Parley.Server.Telemetry.Logs;

/// <summary>
/// A log file that always has the same name: when it is full it is renamed to <c>name.2026-11-22_03-12-45_123.log</c>, and the next one begins.
/// Renamed files are deleted when they are old. Safe for concurrent use; a full disk loses lines, never the program.
/// </summary>
internal sealed class RotatingFile : ILogEventSink, IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly ITextFormatter _formatter;
    private readonly long _maxBytes;
    private readonly TimeSpan _retention;
    private readonly TimeProvider _time;
    private StreamWriter? _writer;
    private bool _isDisposed;

    /// <param name="path">Full path of the current file.</param>
    /// <param name="formatter">Lays out a line.</param>
    /// <param name="maxBytes">Size at which it is renamed.</param>
    /// <param name="retention">Age at which renamed ones are deleted.</param>
    /// <param name="time">The clock.</param>
    public RotatingFile(string path, ITextFormatter formatter, long maxBytes, TimeSpan retention, TimeProvider time)
    {
        (_path, _formatter, _maxBytes, _retention, _time) = (path, formatter, maxBytes, retention, time);
        lock (_lock)
            Guard(DeleteOld);
    }

    public void Emit(LogEvent logEvent)
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            Guard(() =>
            {
                _writer ??= Open();
                if (_writer.BaseStream.Length >= _maxBytes)
                    Rotate();
                _formatter.Format(logEvent, _writer);
                _writer.Flush();
            });
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            Guard(() => _writer?.Dispose());
            _writer = null;
        }
    }

    // Other programs may read, rename or delete the file while it is written.
    private StreamWriter Open() => new(new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete), Utf8) { NewLine = "\n" };

    private void Rotate()
    {
        _writer!.Dispose();
        _writer = null;
        File.Move(_path, FreeName());
        DeleteOld();
        _writer = Open();
    }

    private string FreeName()
    {
        string stamp = _time.GetLocalNow().ToString("yyyy-MM-dd_HH-mm-ss_fff", CultureInfo.InvariantCulture);
        string start = Path.Combine(Path.GetDirectoryName(_path)!, $"{Path.GetFileNameWithoutExtension(_path)}.{stamp}"), extension = Path.GetExtension(_path);
        string name = start + extension;
        for (int i = 2; File.Exists(name); i++)
            name = $"{start}_{i}{extension}";
        return name;
    }

    private void DeleteOld()
    {
        DateTime oldest = (_time.GetUtcNow() - _retention).UtcDateTime;
        string pattern = $"{Path.GetFileNameWithoutExtension(_path)}.*{Path.GetExtension(_path)}";
        foreach (FileInfo file in new DirectoryInfo(Path.GetDirectoryName(_path)!).EnumerateFiles(pattern).Where(file => !string.Equals(file.FullName, _path, StringComparison.Ordinal) && file.LastWriteTimeUtc < oldest))
            file.Delete();
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            SelfLog.WriteLine("Log file {0}: {1}", _path, error.Message);
            _writer = null;
        }
    }
}
