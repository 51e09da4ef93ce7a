using Parley.Server.Configuration;

namespace Parley.Server.Notifications;

/// <summary>
/// Decides what is told at once, what is put together, and what is left out: the same event within the cooldown is told once, and messages about jobs
/// beyond the number for a minute become one summary. Pure but for its memory; not safe for concurrent use.
/// </summary>
internal sealed class NoticeFilter(Func<ServerOptions> options)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Queue<DateTimeOffset> _sent = new();
    private readonly Dictionary<string, (DateTimeOffset Told, int Suppressed)> _events = new(StringComparer.Ordinal);
    private int _completed;
    private int _failed;

    /// <summary>When the summary of what is held back is due; null when nothing is.</summary>
    public DateTimeOffset? SummaryDue => _completed + _failed == 0 ? null : _sent.TryPeek(out DateTimeOffset first) ? first + Window : DateTimeOffset.MinValue;

    /// <summary>Whether to tell it now, and how often the same was left out before.</summary>
    public (bool IsTold, int Suppressed) Judge(Notice notice, DateTimeOffset now)
    {
        ServerOptions current = options();
        if (notice is Notice.QueueFull or Notice.SlowJob && !current.Observability.AlertEnabled)
            return (false, 0);
        if (notice is Notice.JobCompleted or Notice.JobFailed)
            return (IsRoom(notice, now, current.Notification.MaxPerMinute), 0);
        if (KeyOf(notice) is not { } key)
        {
            Count(now);
            return (true, 0);
        }

        TimeSpan cooldown = TimeSpan.FromSeconds(current.Observability.AlertCooldownSeconds);
        if (_events.TryGetValue(key, out (DateTimeOffset Told, int Suppressed) last) && now - last.Told < cooldown)
        {
            _events[key] = last with { Suppressed = last.Suppressed + 1 };
            return (false, 0);
        }

        Forget(now, cooldown);
        _events[key] = (now, 0);
        Count(now);
        return (true, last.Suppressed);
    }

    /// <summary>What is held back, which is then forgotten; counts as one message.</summary>
    public (int Completed, int Failed) TakeSummary(DateTimeOffset now)
    {
        (int, int) taken = (_completed, _failed);
        (_completed, _failed) = (0, 0);
        Count(now);
        return taken;
    }

    private static string? KeyOf(Notice notice) => notice switch
    {
        Notice.DeviceFellBack fell => $"device {fell.Details}",
        Notice.WorkerLost lost => $"worker {lost.Worker}",
        Notice.QueueFull => "queue",
        Notice.SlowJob => "slow",
        Notice.DiskLow disk => $"disk {disk.Path}",
        _ => null, // starts and stops are told; alerts have their own cooldown
    };

    private bool IsRoom(Notice notice, DateTimeOffset now, int maxPerMinute)
    {
        Trim(now);
        if (_completed + _failed == 0 && _sent.Count < maxPerMinute)
        {
            Count(now);
            return true;
        }

        if (notice is Notice.JobCompleted)
            _completed++;
        else
            _failed++;
        return false;
    }

    private void Count(DateTimeOffset now)
    {
        Trim(now);
        _sent.Enqueue(now);
    }

    private void Trim(DateTimeOffset now)
    {
        while (_sent.TryPeek(out DateTimeOffset oldest) && now - oldest >= Window)
            _sent.Dequeue();
    }

    private void Forget(DateTimeOffset now, TimeSpan cooldown)
    {
        foreach (string key in _events.Where(item => now - item.Value.Told >= cooldown).Select(item => item.Key).ToArray())
            _events.Remove(key);
    }
}
