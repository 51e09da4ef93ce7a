namespace Parley.Server.Protocols.Uploads;

/// <summary>A file that was announced and has not become a job yet. Safe for concurrent calls.</summary>
internal abstract class Upload(Guid id, UploadAnnouncement announcement, string? user, TimeProvider clock)
{
    private long _lastUsed = clock.GetTimestamp();

    /// <summary>Number of the job that it becomes.</summary>
    public Guid Id { get; } = id;

    public UploadAnnouncement Announcement { get; } = announcement;

    /// <summary>Whose it is; null without authentication.</summary>
    public string? User { get; } = user;

    /// <summary>Time since it was last used.</summary>
    public TimeSpan Idle => clock.GetElapsedTime(Interlocked.Read(ref _lastUsed));

    /// <summary>It is in use: it does not expire for now.</summary>
    public void Touch() => Interlocked.Exchange(ref _lastUsed, clock.GetTimestamp());
}

/// <summary>A file that comes in one frame. Holds no file: until its frame comes there is nothing but this.</summary>
internal sealed class SingleUpload(Guid id, UploadAnnouncement announcement, string? user, TimeProvider clock) : Upload(id, announcement, user, clock)
{
    private int _isTaken;

    /// <summary>Takes the upload for one frame; false while another has it.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0;

    /// <summary>Gives it back: the frame was wrong, another may come.</summary>
    public void GiveBack() => Interlocked.Exchange(ref _isTaken, 0);
}
