using System.Diagnostics;
using Parley.Server.Workers.Wire;

namespace Parley.Server.Workers.Pool;

/// <summary>
/// What is known about a place in the pool: the process that stands there, the job on it, the bundle that is wanted on it. Jobs and the loop of the slot
/// meet here and nowhere else. Safe for concurrent use.
/// </summary>
/// <param name="number">From 1.</param>
/// <param name="pool">What all slots share.</param>
/// <param name="wake">Wakes the loop of the slot.</param>
internal sealed class SlotState(int number, PoolContext pool, WakeSignal wake) : IDisposable
{
    // What the system's timers are ahead of its clock at most.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private ITimer? _sleepTimer;
    private WorkerProcess? _worker;
    private Guid? _job;
    private string? _bundle, _retire, _leave;
    private bool _isClosed, _isStopping, _isAsleep, _isSwitching, _goesToSleep, _wasAsleep;
    private WorkerFailure? _failure;
    private int _failures, _restarts, _jobsDone, _jobsOfProcess;
    private long _settledBytes, _lastUsed, _since;
    private bool _hadProcess;

    /// <summary>The process that stands there; null while there is none.</summary>
    public WorkerProcess? Worker => Locked(() => _worker);

    /// <summary>The bundle that is wanted on it; null for the default.</summary>
    public string? Bundle => Locked(() => _bundle);

    /// <summary>Why it is broken; null when it is not.</summary>
    public WorkerFailure? Failure => Locked(() => _failure);

    /// <summary>Failures to start, one after the other.</summary>
    public int Failures => Locked(() => _failures);

    /// <summary>Whether a job runs on it.</summary>
    public bool IsBusy => Locked(() => _job is not null);

    /// <summary>Whether its models were unloaded for want of jobs.</summary>
    public bool IsAsleep => Locked(() => _isAsleep);

    /// <summary>Whether a process with the present devices and models stands there, or is on its way because a job wants it, or would be.</summary>
    public bool IsUp => Locked(() => _isAsleep || _isSwitching || (_worker is { IsUsable: true } && pool.IsOfToday(_worker)));

    /// <summary>Why the process is to be replaced by one like it, as soon as it is idle; null when it is not.</summary>
    public string? Retire => Locked(() => _retire);

    /// <summary>Why the process is to end before anything takes its place; null when it is not. No job runs on it, and none will.</summary>
    public string? Leave => Locked(() => _leave);

    /// <summary>When it was last of use, by the clock's time stamps.</summary>
    public long LastUsed => Locked(() => _lastUsed);

    /// <summary>Whether the process was of use, or lived so long that its end is not a failure to start.</summary>
    public bool IsProven => Locked(() => _jobsOfProcess > 0 || Stopwatch.GetElapsedTime(_since) > pool.Timings.ProvenAfter);

    public WorkerStatus Status => Locked(() => new WorkerStatus
    {
        Number = number,
        State = _isStopping ? WorkerStates.Stopping
            : _failure is not null ? WorkerStates.Broken
            : _isAsleep ? WorkerStates.Asleep
            : _worker is not { IsUsable: true } ? WorkerStates.Starting
            : _job is not null ? WorkerStates.Busy
            : _isClosed ? WorkerStates.Stopping
            : WorkerStates.Idle,
        Bundles = _worker is { } there ? [there.Version.Name] : [],
        ProcessId = _worker?.ProcessId,
        Devices = _worker?.Report.Devices ?? [],
        OnnxRuntime = _worker?.Report.OnnxRuntime,
        JobId = _job,
        JobsDone = _jobsDone,
        Restarts = _restarts,
        MemoryBytes = _worker?.MemoryBytes ?? 0,
        StartSeconds = _worker?.Report.StartSeconds ?? 0,
        Error = _failure?.Message,
    });

    /// <summary>Takes the process for a job, if it stands there idle and holds what the job wants.</summary>
    public WorkerProcess? TryTake(Guid jobId, string? bundle) => Locked(() =>
    {
        if (!IsIdle() || !pool.IsOfToday(_worker!) || !Same(_bundle, bundle))
            return null;
        _job = jobId;
        return _worker;
    });

    /// <summary>Whether a process with a bundle is on its way here, for whoever comes first.</summary>
    public bool IsComing(string? bundle)
        => Locked(() => Same(_bundle, bundle) && !_isStopping && !_isAsleep && _failure is null && _job is null && !(IsIdle() && pool.IsOfToday(_worker!)));

    /// <summary>Whether the slot can be given to a bundle: nothing runs, and nothing is on its way.</summary>
    public bool CanClaim(string? bundle)
        => Locked(() => !_isStopping && _job is null && (_isAsleep || (_failure is not null && !Same(_bundle, bundle)) || (IsIdle() && !Same(_bundle, bundle))));

    /// <summary>Gives the slot to a bundle: what stands there ends, and a process with that bundle takes its place. False when that moment has passed.</summary>
    public bool TryClaim(string? bundle, string name)
    {
        lock (_lock)
        {
            if (!CanClaim(bundle))
                return false;
            (_bundle, _isSwitching, _isAsleep, _failure, _failures) = (bundle, true, false, null, 0);
            if (_worker is not null)
                (_isClosed, _leave) = (true, $"a job wants the bundle {name}");
        }

        wake.Wake();
        return true;
    }

    /// <summary>Gives the process back without having used it.</summary>
    public void PutBack()
    {
        lock (_lock)
        {
            _job = null;
            BeginIdle();
        }

        wake.Wake();
    }

    /// <summary>Gives the process back after a job, alive or not.</summary>
    public void GiveBack()
    {
        lock (_lock)
        {
            _job = null;
            _jobsDone++;
            _jobsOfProcess++;
            Judge(heldBytes: 0);
            BeginIdle();
        }

        wake.Wake();
    }

    /// <summary>Wants another process like it, of today, in place of this one. Nothing is to be done where there is none.</summary>
    public void Renew(string reason)
    {
        lock (_lock)
        {
            if (_worker is null)
                return;
            _retire ??= reason;
        }

        wake.Wake();
    }

    /// <summary>The worker has said how it is.</summary>
    public void Answered(WorkerProcess worker)
    {
        lock (_lock)
        {
            if (_worker == worker && _job is null && worker.Report.IsIdle)
                Judge(worker.MemoryBytes);
        }

        if (Retire is not null)
            wake.Wake();
    }

    /// <summary>A process is ready.</summary>
    public void Install(WorkerProcess worker)
    {
        lock (_lock)
        {
            _restarts += _hadProcess && !_wasAsleep ? 1 : 0;
            (_worker, _since, _hadProcess, _wasAsleep) = (worker, Stopwatch.GetTimestamp(), true, false);
            (_failure, _isAsleep, _isSwitching, _jobsOfProcess, _settledBytes) = (null, false, false, 0, 0);
            _leave = Same(worker.Version.Bundle, _bundle) ? null : "another bundle was wanted while it started";
            _isClosed = _leave is not null;
            _retire = pool.IsOfToday(worker) ? null : "devices or models were changed while it started";
            BeginIdle();
        }

        if (Retire is not null || Leave is not null)
            wake.Wake();
    }

    /// <summary>Takes no more jobs: the process is about to be replaced.</summary>
    public void Close()
    {
        lock (_lock)
            _isClosed = true;
    }

    /// <summary>No process stands there any more.</summary>
    /// <param name="failures">Failures to start from now on.</param>
    /// <returns>Whether it sleeps from now on.</returns>
    public bool Clear(int failures)
    {
        lock (_lock)
        {
            (_isAsleep, _wasAsleep, _goesToSleep) = (_goesToSleep && !_isStopping, _goesToSleep, false);
            (_worker, _retire, _leave, _failures) = (null, null, null, failures);
            return _isAsleep;
        }
    }

    /// <summary>A process could not be started.</summary>
    /// <returns>Failures in a row.</returns>
    public int Break(WorkerFailure failure)
    {
        lock (_lock)
        {
            (_failure, _isSwitching) = (failure, false);
            return ++_failures;
        }
    }

    /// <summary>A process that was to replace one that can go on could not be started.</summary>
    /// <returns>Failures in a row.</returns>
    public int Failed() => Locked(() => ++_failures);

    /// <summary>A process of a bundle that is not the default could not be started: the slot goes back to the default.</summary>
    public void FallBack()
    {
        lock (_lock)
            (_bundle, _isSwitching, _failure, _failures) = (null, false, null, 0);
    }

    /// <summary>Puts the process to sleep, so that others have its memory. False when it is not idle.</summary>
    public bool TrySleep()
    {
        lock (_lock)
        {
            if (!IsIdle() || _leave is not null)
                return false;
            (_isClosed, _goesToSleep, _leave) = (true, true, "it had nothing to do");
        }

        wake.Wake();
        return true;
    }

    /// <summary>The pool stops.</summary>
    public WorkerProcess? Stop()
    {
        lock (_lock)
        {
            _isStopping = true;
            return _worker;
        }
    }

    public void Dispose() => _sleepTimer?.Dispose();

    private static bool Same(string? one, string? other) => string.Equals(one, other, StringComparison.Ordinal);

    private bool IsIdle() => _job is null && !_isClosed && !_isStopping && _worker is { IsUsable: true };

    private void BeginIdle()
    {
        _lastUsed = pool.Time.GetTimestamp();
        if (pool.IdleLimit is not { } limit)
            return;
        _sleepTimer ??= pool.Time.CreateTimer(_ => GoToSleep(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _sleepTimer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    private void GoToSleep()
    {
        // A job may have come and gone since the timer was set, which has set it anew; and timers run a few milliseconds ahead of the clock.
        TimeSpan left = (pool.IdleLimit ?? TimeSpan.Zero) - pool.Time.GetElapsedTime(LastUsed);
        if (left <= TimeSpan.Zero)
            TrySleep();
        else
            _sleepTimer?.Change(left + Tick, Timeout.InfiniteTimeSpan);
    }

    private void Judge(long heldBytes)
    {
        if (_jobsOfProcess is > 0 and <= RecycleRule.SettlingJobs)
            _settledBytes = Math.Max(_settledBytes, heldBytes);
        _retire ??= RecycleRule.Reason(pool.Options.Transcription, _jobsOfProcess, _settledBytes, heldBytes);
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_lock)
            return read();
    }
}
