using Parley.Server.Configuration;

namespace Parley.Server.Protocols.Uploads;

/// <summary>Drops idle uploads and files that nobody uses, now and then, until it is disposed.</summary>
internal sealed class UploadSweeper : IDisposable
{
    private readonly UploadRegistry _uploads;
    private readonly UploadFiles _files;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _idle;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;

    public UploadSweeper(ServerOptions options, UploadRegistry uploads, UploadFiles files, TimeProvider clock)
    {
        (_uploads, _files, _clock) = (uploads, files, clock);

        // Twice the time of an upload: by then nothing that is open can have such an old file.
        _idle = 2 * TimeSpan.FromSeconds(options.Transcription.UploadSessionTtlSeconds);
        TimeSpan interval = TimeSpan.FromSeconds(Math.Max(1, options.Transcription.TaskCleanupIntervalSeconds));
        _timer = clock.CreateTimer(_ => Sweep(), state: null, interval, interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Sweep()
    {
        if (!_lock.TryEnter())
            return; // The sweep before is still at it.
        try
        {
            _uploads.Sweep();
            _files.SweepIdle(_idle, _clock.GetUtcNow().UtcDateTime);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _files.ReportFailure(error);
        }
        finally
        {
            _lock.Exit();
        }
    }
}
