using System.Diagnostics;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Server.Workers.Wire;

namespace Parley.Server.Workers.Pool;

/// <summary>
/// A place in the pool, and the processes that fill it one after another: started, watched, replaced, buried. One loop does all of it; jobs
/// only take the process that stands there, and give it back. Safe for concurrent use.
/// </summary>
/// <param name="number">From 1.</param>
/// <param name="pool">What all slots share.</param>
/// <param name="changed">Told when the slot became free, or broke.</param>
internal sealed class WorkerSlot(int number, PoolContext pool, Action changed)
{
    // What a second process takes beyond the first one's memory.
    private const long SpareMargin = 256L << 20;

    private readonly WorkerOutput _output = pool.OutputOf(number);
    private readonly WakeSignal _wake = new();
    private readonly Lock _lock = new();
    private WorkerProcess? _worker, _spare;
    private Task _watching = Task.CompletedTask;
    private long _since;
    private Guid? _job;
    private bool _isClosed, _isStopping;
    private string? _retire;
    private WorkerFailure? _failure;
    private int _started, _failures, _jobsDone, _jobsOfProcess;
    private long _settledBytes;

    public int Number => number;

    /// <summary>Why it is broken; null when it is not.</summary>
    public WorkerFailure? Failure
    {
        get
        {
            lock (_lock)
                return _failure;
        }
    }

    /// <summary>Whether a job runs on it.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_lock)
                return _job is not null;
        }
    }

    /// <summary>Whether a process with the present devices stands there, idle or busy.</summary>
    public bool IsUp
    {
        get
        {
            lock (_lock)
                return _worker is { IsUsable: true } && IsOfToday(_worker);
        }
    }

    public WorkerStatus Status
    {
        get
        {
            lock (_lock)
            {
                return new WorkerStatus
                {
                    Number = number,
                    State = _isStopping ? WorkerStates.Stopping
                        : _failure is not null ? WorkerStates.Broken
                        : _worker is not { IsUsable: true } ? WorkerStates.Starting
                        : _job is not null ? WorkerStates.Busy
                        : _isClosed ? WorkerStates.Stopping
                        : WorkerStates.Idle,
                    ProcessId = _worker?.ProcessId,
                    Devices = _worker?.Report.Devices ?? [],
                    OnnxRuntime = _worker?.Report.OnnxRuntime,
                    JobId = _job,
                    JobsDone = _jobsDone,
                    Restarts = Math.Max(0, _started - 1),
                    MemoryBytes = _worker?.MemoryBytes ?? 0,
                    StartSeconds = _worker?.Report.StartSeconds ?? 0,
                    Error = _failure?.Message,
                };
            }
        }
    }

    /// <summary>Takes the process for a job, if it stands there idle.</summary>
    public WorkerProcess? TryTake(Guid jobId)
    {
        lock (_lock)
        {
            if (_job is not null || _isClosed || _isStopping || _worker is not { IsUsable: true } || !IsOfToday(_worker))
                return null;
            _job = jobId;
            return _worker;
        }
    }

    /// <summary>Gives the process back without having used it.</summary>
    public void PutBack()
    {
        lock (_lock)
            _job = null;
        _wake.Wake();
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
        }

        _wake.Wake();
        changed();
    }

    /// <summary>Starts a process with other devices beside the one that stands there; null when there is no memory for both.</summary>
    public async Task<WorkerProcess?> TryStartAsync(DeviceOptions devices, CancellationToken cancellationToken)
    {
        await pool.Replacing.WaitAsync(cancellationToken);
        try
        {
            return HasRoom(_worker) ? await pool.StartWorkerAsync(number, devices, _output, cancellationToken) : null;
        }
        finally
        {
            pool.Replacing.Release();
        }
    }

    /// <summary>Wants another process with the present devices in place of this one, as soon as it is idle.</summary>
    /// <param name="spare">One that is ready; null when it is still to be started.</param>
    /// <param name="reason">For the log.</param>
    /// <returns>A process that is not needed; the caller disposes it.</returns>
    public WorkerProcess? Renew(WorkerProcess? spare, string reason)
    {
        WorkerProcess? unneeded = spare;
        lock (_lock)
        {
            if (spare is not null && !_isStopping)
                (_spare, unneeded) = (spare, _spare);
            _retire ??= reason;
        }

        _wake.Wake();
        return unneeded;
    }

    /// <summary>Keeps the slot filled until it is cancelled. When it returns, no process is left.</summary>
    public async Task LiveAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                if (_worker is not { } worker)
                {
                    await FillAsync(stop);
                    continue;
                }

                if (worker.Exited.IsCompleted)
                    await BuryAsync(worker, stop);
                else if (_retire is { } reason)
                    await ReplaceAsync(worker, reason, stop);
                else
                    await _wake.NextOrAsync(worker.Exited, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The pool stops.
        }
        finally
        {
            await EndAsync();
        }
    }

    private static bool IsStartFailure(Exception error)
        => error is ModelFileException or InferenceException or WorkerLostException or InvalidOperationException or IOException or UnauthorizedAccessException;

    private bool HasRoom(WorkerProcess? beside) => pool.Memory.AvailableBytes > (beside?.MemoryBytes ?? 0) + SpareMargin;

    private bool IsOfToday(WorkerProcess worker) => ReferenceEquals(worker.Setup.Devices, pool.Devices);

    private async Task FillAsync(CancellationToken stop)
    {
        try
        {
            if (_failure is null && _failures > 1)
                await PauseAsync(stop); // it came up, but does not stay
            WorkerProcess worker;
            lock (_lock)
                (worker, _spare) = (_spare!, null);
            Install(worker ?? await pool.StartWorkerAsync(number, pool.Devices, _output, stop), stop);
        }
        catch (Exception error) when (IsStartFailure(error))
        {
            Break(error);
            await PauseAsync(stop);
        }
    }

    private void Install(WorkerProcess worker, CancellationToken stop)
    {
        lock (_lock)
        {
            _worker = worker;
            _since = Stopwatch.GetTimestamp();
            _failure = null;
            _retire = IsOfToday(worker) ? null : "devices were switched while it started";
            _isClosed = false;
            _started++;
            _jobsOfProcess = 0;
            _settledBytes = 0;
        }

        _watching = new WorkerWatch(worker, pool.Timings, pool.MemoryLimit, () => Answered(worker)).RunAsync(stop);
        pool.Logger.WorkerReady(number, worker.Report.StartSeconds, string.Join(", ", worker.Report.Devices), worker.ReadyBytes >> 20);
        pool.TellFallbacks(number, worker.Report.Fallbacks);
        if (_retire is not null)
            _wake.Wake();
        changed();
    }

    private void Answered(WorkerProcess worker)
    {
        pool.TellFallbacks(number, worker.Report.Fallbacks);
        lock (_lock)
        {
            if (_worker == worker && _job is null && worker.Report.IsIdle)
                Judge(worker.MemoryBytes);
        }

        if (_retire is not null)
            _wake.Wake();
    }

    private void Judge(long heldBytes)
    {
        if (_jobsOfProcess is > 0 and <= RecycleRule.SettlingJobs)
            _settledBytes = Math.Max(_settledBytes, heldBytes);
        _retire ??= RecycleRule.Reason(pool.Options.Transcription, _jobsOfProcess, _settledBytes, heldBytes);
    }

    private void Break(Exception error)
    {
        lock (_lock)
        {
            _failures++;
            _failure = WorkerFailure.From(error);
        }

        pool.TellCannotStart(number, _failures, error.Message);
        changed();
    }

    // Ends early when somebody wants something else.
    private Task PauseAsync(CancellationToken stop) => _wake.NextOrAsync(Task.Delay(StartPauses.After(Math.Max(1, _failures)), pool.Time, stop), stop);

    // Whoever had a job on it asks it why, and gives it back, before it is put away.
    private async Task IdleAsync(CancellationToken stop)
    {
        while (IsBusy)
            await _wake.NextAsync(stop);
    }

    private async Task BuryAsync(WorkerProcess worker, CancellationToken stop)
    {
        bool wasProven = _jobsOfProcess > 0 || Stopwatch.GetElapsedTime(_since) > pool.Timings.ProvenAfter;
        await IdleAsync(stop);
        await worker.DrainedAsync();
        if (!worker.WasKilledForCancel)
            pool.TellLost(number, worker.DescribeEnd());
        lock (_lock)
        {
            _worker = null;
            _failures = wasProven || worker.WasKilledForCancel ? 0 : _failures + 1;
        }

        await _watching;
        await worker.DisposeAsync();
    }

    private async Task ReplaceAsync(WorkerProcess worker, string reason, CancellationToken stop)
    {
        await pool.Replacing.WaitAsync(stop);
        try
        {
            // With memory for two, the old one serves until the new one is there.
            if (_spare is null && HasRoom(worker) && Renew(await pool.StartWorkerAsync(number, pool.Devices, _output, stop), reason) is { } unneeded)
                await unneeded.DisposeAsync(); // one with other devices came in between

            lock (_lock)
                _isClosed = true;
            await IdleAsync(stop);
            if (worker.Exited.IsCompleted && !worker.WasKilledForCancel)
                pool.TellLost(number, worker.DescribeEnd());
            else
                pool.Logger.WorkerReplaced(number, worker.ProcessId, reason);
            WorkerProcess? next;
            lock (_lock)
                (_worker, next, _spare) = (null, _spare, null);
            if (next is not null)
            {
                Task watched = _watching;
                Install(next, stop);
                await worker.DisposeAsync();
                await watched;
            }
            else
            {
                await worker.DisposeAsync();
                await _watching;
            }

            lock (_lock)
                _retire = _worker is null ? null : _retire;
        }
        catch (Exception error) when (IsStartFailure(error))
        {
            // The old one goes on where it may.
            if (!IsOfToday(worker))
                Break(error);
            else
                pool.TellCannotStart(number, ++_failures, error.Message);
            await PauseAsync(stop);
        }
        finally
        {
            pool.Replacing.Release();
        }
    }

    private async Task EndAsync()
    {
        WorkerProcess? worker, spare;
        lock (_lock)
        {
            _isStopping = true;
            (worker, spare, _spare) = (_worker, _spare, null);
        }

        if (spare is not null)
            await spare.DisposeAsync();
        if (worker is not null)
            await worker.DisposeAsync();
        await _watching;
        _output.Dispose();
    }
}
