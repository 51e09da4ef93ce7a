using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;

namespace Parley.Server.Protocols.Uploads;

/// <summary>Why an upload was not opened.</summary>
internal enum OpenFault
{
    None,

    /// <summary>As many are open as may be (<c>transcription.upload_session_max_count</c>).</summary>
    TooMany,

    /// <summary>The disk has no room for it besides those that are open.</summary>
    DiskFull,
}

/// <summary>
/// Resumable uploads that are no jobs yet. They lie in a folder under <c>server.temp_dir</c> that belongs to this server's database, outlive the
/// process, and expire when nobody uses them. Safe for concurrent calls.
/// </summary>
internal sealed class ResumableUploads : IDisposable
{
    private const string FolderName = "parley-resumable";
    private const string BytesExtension = ".part";
    private const string RecordExtension = ".json";

    private readonly ServerOptions _options;
    private readonly UploadFiles _files;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly string _folder;
    private readonly ConcurrentDictionary<Guid, ResumableUpload> _open = new();
    private readonly Lock _opening = new();
    private readonly ITimer _timer;
    private volatile bool _isStopping;

    /// <summary>Takes up what the last life left.</summary>
    /// <param name="options">The options.</param>
    /// <param name="files">Where complete files go.</param>
    /// <param name="isJob">Whether an upload has become a job.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">The logger.</param>
    /// <exception cref="IOException">The folder cannot be made or read.</exception>
    public ResumableUploads(ServerOptions options, UploadFiles files, Func<Guid, bool> isJob, TimeProvider clock, ILogger<ResumableUploads> logger)
    {
        (_options, _files, _clock, _logger) = (options, files, clock, logger);

        // The database admits one process at a time, and so does a folder that is called after it.
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(options.Database.Path)))[..16];
        _folder = Path.Combine(options.Server.TempDir, FolderName, name);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(_folder);
        else
            Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Load(isJob);
        TimeSpan interval = TimeSpan.FromSeconds(Math.Max(1, options.Transcription.TaskCleanupIntervalSeconds));
        _timer = clock.CreateTimer(
            _ =>
            {
                Sweep();
                _ = Retry();
            },
            state: null,
            interval,
            interval);
    }

    /// <summary>How many are open.</summary>
    public int Count => _open.Count;

    /// <summary>Called now and then for <see cref="Complete"/>; must not throw.</summary>
    public Func<Task> Retry { get; set; } = static () => Task.CompletedTask;

    /// <summary>Those that lack nothing but their job.</summary>
    public IReadOnlyList<ResumableUpload> Complete => [.. _open.Values.Where(upload => upload.IsComplete)];

    private TimeSpan Ttl => TimeSpan.FromHours(_options.Server.ResumableUploadHours);

    // Nobody is kept out for a day by what others left lying.
    private TimeSpan TtlWithoutRoom => TimeSpan.FromSeconds(Math.Min(Ttl.TotalSeconds, _options.Transcription.UploadSessionTtlSeconds));

    /// <summary>When an upload is dropped if nobody uses it until then.</summary>
    public DateTimeOffset ExpiryOf(ResumableUpload upload) => upload.LastUsed + Ttl;

    /// <summary>The open upload of this number, if it is this user's.</summary>
    public ResumableUpload? Find(Guid id, string? user)
        => _open.TryGetValue(id, out ResumableUpload? upload) && string.Equals(upload.Record.User, user, StringComparison.Ordinal) ? upload : null;

    /// <summary>Opens an upload; when this returns, it survives a crash.</summary>
    /// <param name="record">What is known about it; its metadata are checked.</param>
    /// <param name="upload">It; null when there is a fault.</param>
    /// <exception cref="IOException">The disk fails.</exception>
    public OpenFault TryOpen(ResumableRecord record, out ResumableUpload? upload)
    {
        upload = null;
        lock (_opening)
        {
            OpenFault fault = FaultOf(record);
            if (fault != OpenFault.None)
            {
                Sweep(TtlWithoutRoom);
                fault = FaultOf(record);
            }

            if (fault != OpenFault.None)
                return fault;
            using (File.Create(BytesPath(record.Id)))
            {
                // Its length is the offset.
            }

            record.Save(RecordPath(record.Id));
            upload = new ResumableUpload(record, BytesPath(record.Id), _files, _clock);
            upload.Touch();
            _open[record.Id] = upload;
            return OpenFault.None;
        }
    }

    /// <summary>Forgets an upload, in its turn, and its file if it still is where it was.</summary>
    public void Remove(ResumableUpload upload)
    {
        _open.TryRemove(upload.Id, out _);
        upload.Dispose();

        // The record first: without it the bytes mean nothing, while a record without bytes would be taken for a hand-over that was broken off.
        _files.Delete(RecordPath(upload.Id));
        _files.Delete(upload.Path);
    }

    /// <summary>Whoever works on an upload stops; what came is kept for the next life.</summary>
    public void BeginStop()
    {
        _isStopping = true;
        foreach (ResumableUpload upload in _open.Values)
            upload.GiveWay();
    }

    /// <summary>Whether the server goes.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>Drops what has been idle for too long.</summary>
    public void Sweep() => Sweep(Ttl);

    public void Dispose() => _timer.Dispose();

    private void Sweep(TimeSpan ttl)
    {
        int expired = 0;
        foreach (ResumableUpload upload in _open.Values)
        {
            if (_clock.GetUtcNow() <= upload.LastUsed + ttl || upload.TryEnter() is not { } turn)
                continue;
            using (turn)
                Remove(upload);
            expired++;
        }

        if (expired > 0)
            _logger.UploadsExpired(expired);
    }

    private OpenFault FaultOf(ResumableRecord record)
    {
        if (_open.Count >= _options.Transcription.UploadSessionMaxCount)
            return OpenFault.TooMany;
        return _files.HasSpaceFor(record.Length + _open.Values.Sum(other => other.Missing)) ? OpenFault.None : OpenFault.DiskFull;
    }

    private void Load(Func<Guid, bool> isJob)
    {
        foreach (FileInfo file in new DirectoryInfo(_folder).GetFiles("*" + RecordExtension))
        {
            if (ResumableRecord.Load(file.FullName) is { } record && IsWhole(record, isJob))
                _open[record.Id] = new ResumableUpload(record, BytesPath(record.Id), _files, _clock);
            else
                _files.Delete(file.FullName);
        }

        foreach (FileInfo file in new DirectoryInfo(_folder).GetFiles())
        {
            bool isKnown = Guid.TryParseExact(Path.GetFileNameWithoutExtension(file.Name), "D", out Guid id) && _open.ContainsKey(id) && file.Extension is BytesExtension or RecordExtension;
            if (!isKnown)
                _files.Delete(file.FullName);
        }

        if (!_open.IsEmpty)
            _logger.UploadsResumable(_open.Count);
    }

    private bool IsWhole(ResumableRecord record, Func<Guid, bool> isJob)
    {
        if (isJob(record.Id))
            return false;
        FileInfo bytes = new(BytesPath(record.Id));
        if (!bytes.Exists && new FileInfo(_files.StoredPath(record.Id, record.Extension)) is { Exists: true } stored)
        {
            // The process died between the hand-over of the file and that of the job.
            stored.MoveTo(bytes.FullName);
            bytes.Refresh();
        }

        return bytes.Exists && bytes.Length <= record.Length;
    }

    private string BytesPath(Guid id) => Path.Combine(_folder, id.ToString("D") + BytesExtension);

    private string RecordPath(Guid id) => Path.Combine(_folder, id.ToString("D") + RecordExtension);
}
