namespace Parley.Inference.Devices;

/// <summary>Keeps something that failed out of use for a while, each time for longer. Safe for concurrent use.</summary>
internal sealed class DeviceHealth(TimeProvider time)
{
    // From half a minute, in which a driver restarts, to half an hour, after which trying costs nothing.
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30), LongestPause = TimeSpan.FromMinutes(30);

    private readonly Lock _lock = new();
    private int _failures;

    /// <summary>When it may be tried again; in the past when all is well.</summary>
    public DateTimeOffset RetryAt { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>What went wrong last; null when nothing did.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>Whether it may be used, or tried again.</summary>
    public bool IsUsable
    {
        get
        {
            lock (_lock)
                return time.GetUtcNow() >= RetryAt;
        }
    }

    /// <summary>All of it at one moment.</summary>
    public DeviceState State
    {
        get
        {
            lock (_lock)
                return _failures == 0 ? DeviceState.Good : new DeviceState(time.GetUtcNow() >= RetryAt, LastFailure, RetryAt);
        }
    }

    /// <summary>Notes a failure. Failures while it is out of use already, of runs that had begun before, change nothing.</summary>
    /// <returns>Whether this failure took it out of use.</returns>
    public bool Fail(string reason)
    {
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            if (now < RetryAt)
                return false;
            double factor = Math.Pow(2, Math.Min(_failures, 16));
            _failures++;
            LastFailure = reason;
            RetryAt = now + TimeSpan.FromTicks((long)Math.Min(FirstPause.Ticks * factor, LongestPause.Ticks));
            return true;
        }
    }

    /// <summary>Notes a success.</summary>
    /// <returns>Whether it had failed before.</returns>
    public bool Succeed()
    {
        lock (_lock)
        {
            // A run that began before the failure says nothing about the time after it.
            if (_failures == 0 || time.GetUtcNow() < RetryAt)
                return false;
            _failures = 0;
            LastFailure = null;
            RetryAt = DateTimeOffset.MinValue;
            return true;
        }
    }
}
