namespace Parley.Tests.Inference;

/// <summary>A clock that stands still until a test moves it; timers fire when their time comes.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by)
    {
        _now += by;
        ManualTimer[] due;
        lock (_timers)
            due = [.. _timers.Where(timer => timer.Due <= _now)];
        foreach (ManualTimer timer in due)
            timer.Fire();
    }

    /// <summary>Waits, without a clock, until somebody waits for this one.</summary>
    public void UntilSomebodyWaits()
    {
        SpinWait spin = default;
        while (true)
        {
            lock (_timers)
            {
                if (_timers.Count > 0)
                    return;
            }

            spin.SpinOnce();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, () => callback(state), dueTime == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : _now + dueTime);
        lock (_timers)
            _timers.Add(timer);
        return timer;
    }

    private sealed class ManualTimer(ManualTime time, Action fire, DateTimeOffset due) : ITimer
    {
        public DateTimeOffset Due { get; private set; } = due;

        public void Fire()
        {
            Due = DateTimeOffset.MaxValue;
            fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : time.GetUtcNow() + dueTime;
            return true;
        }

        public void Dispose()
        {
            lock (time._timers)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
