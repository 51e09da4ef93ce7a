using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;

namespace Parley.Server.Protocols.Uploads;

/// <summary>All uploads that are no jobs yet. They live in this process, belong to no connection, and expire when nobody uses them. Safe for concurrent calls.</summary>
internal sealed class UploadRegistry(ServerOptions options, UploadFiles files, TimeProvider clock, ILogger<UploadRegistry> logger) : IDisposable
{
    /// <summary>Announced files whose data never came: clients that poll by announcing make many. Beyond this the ones idle for longest are forgotten.</summary>
    public const int MaxSingle = 4096;

    private readonly ConcurrentDictionary<Guid, SingleUpload> _single = new();
    private readonly ConcurrentDictionary<Guid, ChunkedUpload> _chunked = new();

    /// <summary>Uploads in one frame that wait for it.</summary>
    public int SingleCount => _single.Count;

    /// <summary>Uploads in chunks that are open.</summary>
    public int ChunkedCount => _chunked.Count;

    private TimeSpan Ttl => TimeSpan.FromSeconds(options.Transcription.UploadSessionTtlSeconds);

    /// <summary>Opens an upload that comes in one frame.</summary>
    public SingleUpload OpenSingle(Guid id, UploadAnnouncement announcement, string? user)
    {
        if (_single.Count >= MaxSingle)
            ForgetIdlest();
        SingleUpload upload = new(id, announcement, user, clock);
        _single[id] = upload;
        return upload;
    }

    /// <summary>Opens an upload in chunks; null when as many are open as may be (<c>transcription.upload_session_max_count</c>).</summary>
    public ChunkedUpload? OpenChunked(Guid id, UploadAnnouncement announcement, string? user)
    {
        if (_chunked.Count >= options.Transcription.UploadSessionMaxCount)
            Sweep();
        ChunkedUpload upload = new(id, announcement, user, files, clock);
        _chunked[id] = upload;
        if (_chunked.Count <= options.Transcription.UploadSessionMaxCount)
            return upload;
        Remove(upload);
        return null;
    }

    /// <summary>The open upload of this number, if it is this user's.</summary>
    public SingleUpload? FindSingle(Guid id, string? user)
        => _single.TryGetValue(id, out SingleUpload? upload) && string.Equals(upload.User, user, StringComparison.Ordinal) ? upload : null;

    /// <inheritdoc cref="FindSingle"/>
    public ChunkedUpload? FindChunked(Guid id, string? user)
        => _chunked.TryGetValue(id, out ChunkedUpload? upload) && string.Equals(upload.User, user, StringComparison.Ordinal) ? upload : null;

    /// <inheritdoc cref="FindSingle"/>
    public Upload? Find(Guid id, string? user) => FindSingle(id, user) ?? (Upload?)FindChunked(id, user);

    /// <summary>Forgets an upload. One in chunks is removed in its turn, and its file with it.</summary>
    public void Remove(Upload upload)
    {
        _single.TryRemove(upload.Id, out _);
        if (_chunked.TryRemove(upload.Id, out ChunkedUpload? chunked))
            chunked.Dispose();
    }

    /// <summary>Drops what has been idle for too long.</summary>
    public void Sweep()
    {
        int expired = 0;
        foreach (SingleUpload upload in _single.Values)
        {
            if (upload.Idle > Ttl && _single.TryRemove(upload.Id, out _))
                expired++;
        }

        foreach (ChunkedUpload upload in _chunked.Values)
        {
            if (upload.Idle <= Ttl || upload.TryEnter() is not { } turn)
                continue;
            using (turn)
                Remove(upload);
            expired++;
        }

        if (expired > 0)
            logger.UploadsExpired(expired);
    }

    public void Dispose()
    {
        foreach (ChunkedUpload upload in _chunked.Values)
            Remove(upload);
    }

    private void ForgetIdlest()
    {
        foreach (SingleUpload upload in _single.Values.OrderByDescending(upload => upload.Idle).Take(MaxSingle / 8))
            _single.TryRemove(upload.Id, out _);
    }
}
