namespace Parley.Server.Notifications;

/// <summary>Tells people what happened. Returns at once and never throws: sending is a background matter. Safe for concurrent calls.</summary>
internal interface INotifier
{
    void Notify(Notice notice);
}

/// <summary>What people are told.</summary>
internal abstract record Notice
{
    private Notice()
    {
    }

    internal sealed record ServerStarted(string Address, int MaxConcurrency, bool Authentication) : Notice;

    internal sealed record ServerStopped(bool Clean) : Notice;

    internal sealed record JobCompleted(
        Guid JobId, string FileName, long Bytes, double ProcessingSeconds, double AudioSeconds, int Speakers, int Segments) : Notice;

    internal sealed record JobFailed(Guid JobId, string FileName, string Error, int Retries) : Notice;

    /// <summary>A device failed and another took over, in a worker or at start.</summary>
    internal sealed record DeviceFellBack(string Details) : Notice;

    internal sealed record WorkerLost(int Worker, string Details) : Notice;

    internal sealed record QueueFull(int Size) : Notice;

    internal sealed record SlowJob(Guid JobId, double Rtf, double UsualRtf) : Notice;

    internal sealed record DiskLow(string Path, long FreeBytes) : Notice;

    /// <summary>A rule of the alert watch fired, or its cause is gone.</summary>
    /// <param name="Rule">Name of the rule.</param>
    /// <param name="Level">How bad it is.</param>
    /// <param name="Details">What was seen.</param>
    internal sealed record Alert(string Rule, AlertLevel Level, string Details) : Notice;
}

/// <summary>How bad an alert is.</summary>
internal enum AlertLevel
{
    /// <summary>The cause is gone.</summary>
    Recovered,

    Warning,

    Critical,
}
