using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Server.Workers.Bundles;
using Parley.Server.Workers.Wire;

namespace Parley.Server.Workers.Pool;

/// <summary>
/// A place in the pool, and the processes that fill it one after another: started, watched, replaced, put to sleep, buried. One loop does all of it; what
/// is known about the place is its <see cref="State"/>. Safe for concurrent use.
/// </summary>
internal sealed class WorkerSlot
{
    // What a second process takes beyond the first one's memory.
    private const long SpareMargin = 256L << 20;

    private readonly int _number;
    private readonly PoolContext _pool;
    private readonly Action _changed;
    private readonly Action<string, WorkerFailure> _bundleFailed;
    private readonly WorkerOutput _output;
    private readonly WakeSignal _wake = new();
    private readonly Lock _lock = new();
    private WorkerProcess? _spare;
    private Task _watching = Task.CompletedTask;

    /// <param name="number">From 1.</param>
    /// <param name="pool">What all slots share.</param>
    /// <param name="changed">Told when the slot became free, fell asleep, or broke.</param>
    /// <param name="bundleFailed">Told when a bundle that a job wanted cannot be started.</param>
    public WorkerSlot(int number, PoolContext pool, Action changed, Action<string, WorkerFailure> bundleFailed)
    {
        (_number, _pool, _changed, _bundleFailed) = (number, pool, changed, bundleFailed);
        _output = pool.OutputOf(number);
        State = new SlotState(number, pool, _wake);
    }

    public int Number => _number;

    public SlotState State { get; }

    /// <summary>Gives the process back after a job, alive or not.</summary>
    public void GiveBack()
    {
        State.GiveBack();
        _changed();
    }

    /// <summary>Starts a process with other devices beside the one that stands there; null when there is no memory for both.</summary>
    public async Task<WorkerProcess?> TryStartAsync(DeviceOptions devices, CancellationToken cancellationToken)
    {
        await _pool.Replacing.WaitAsync(cancellationToken);
        try
        {
            return HasRoom(State.Worker) ? await _pool.StartWorkerAsync(_number, devices, _pool.Bundles.Look(State.Bundle), _output, cancellationToken) : null;
        }
        finally
        {
            _pool.Replacing.Release();
        }
    }

    /// <summary>Wants another process of today in place of this one, as soon as it is idle.</summary>
    /// <param name="spare">One that is ready; null when it is still to be started.</param>
    /// <param name="reason">For the log.</param>
    /// <returns>A process that is not needed; the caller disposes it.</returns>
    public WorkerProcess? Renew(WorkerProcess? spare, string reason)
    {
        if (spare is not null && State.Worker is null)
            return spare; // it fell asleep, or died, and the next one is of today anyway
        WorkerProcess? unneeded = null;
        if (spare is not null)
        {
            lock (_lock)
                (_spare, unneeded) = (spare, _spare);
        }

        State.Renew(reason);
        return unneeded;
    }

    /// <summary>Keeps the slot filled until it is cancelled. When it returns, no process is left.</summary>
    public async Task LiveAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                if (State.Worker is not { } worker)
                    await (State.IsAsleep ? _wake.NextAsync(stop) : FillAsync(stop));
                else if (worker.Exited.IsCompleted)
                    await BuryAsync(worker, stop);
                else if (State.Leave is { } why)
                    await DismissAsync(worker, why);
                else if (State.Retire is { } reason)
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

    private bool HasRoom(WorkerProcess? beside) => _pool.Memory.AvailableBytes > (beside?.MemoryBytes ?? 0) + SpareMargin;

    private WorkerProcess? TakeSpare()
    {
        lock (_lock)
        {
            WorkerProcess? spare = _spare;
            _spare = null;
            return spare;
        }
    }

    private async Task FillAsync(CancellationToken stop)
    {
        string? bundle = State.Bundle;
        try
        {
            if (State is { Failure: null, Failures: > 1 })
                await PauseAsync(stop); // it came up, but does not stay
            Install(TakeSpare() ?? await StartAsync(bundle, stop), stop);
        }
        catch (Exception error) when (IsStartFailure(error))
        {
            WorkerFailure failure = WorkerFailure.From(error);
            if (!string.Equals(bundle, State.Bundle, StringComparison.Ordinal))
                return; // nobody wants it any more
            if (bundle is not null)
            {
                // Whoever wanted it is told; the slot is there for others.
                _pool.Logger.WorkerCannotLoad(exception: null, _number, error.Message);
                State.FallBack();
                _bundleFailed(bundle, failure);
                return;
            }

            _pool.TellCannotStart(_number, State.Break(failure), error.Message);
            _changed();
            await PauseAsync(stop);
        }
    }

    private async Task<WorkerProcess> StartAsync(string? bundle, CancellationToken stop)
    {
        BundleVersion version = _pool.Bundles.Look(bundle);
        await _pool.Room.WaitAsync(_pool, _number, version, stop);
        return await _pool.StartWorkerAsync(_number, _pool.Devices, version, _output, stop);
    }

    private void Install(WorkerProcess worker, CancellationToken stop)
    {
        State.Install(worker);
        _watching = new WorkerWatch(worker, _pool.Timings, _pool.MemoryLimit, () =>
        {
            _pool.TellFallbacks(_number, worker.Report.Fallbacks);
            State.Answered(worker);
        }).RunAsync(stop);
        _pool.Logger.WorkerReady(_number, worker.Version.Name, worker.Report.StartSeconds, string.Join(", ", worker.Report.Devices), worker.ReadyBytes >> 20);
        _pool.TellFallbacks(_number, worker.Report.Fallbacks);
        _changed();
    }

    // Ends early when somebody wants something else.
    private Task PauseAsync(CancellationToken stop) => _wake.NextOrAsync(Task.Delay(StartPauses.After(Math.Max(1, State.Failures)), _pool.Time, stop), stop);

    // Whoever had a job on it asks it why, and gives it back, before it is put away.
    private async Task IdleAsync(CancellationToken stop)
    {
        while (State.IsBusy)
            await _wake.NextAsync(stop);
    }

    private async Task BuryAsync(WorkerProcess worker, CancellationToken stop)
    {
        bool wasProven = State.IsProven;
        await IdleAsync(stop);
        await worker.DrainedAsync();
        if (!worker.WasKilledForCancel)
            _pool.TellLost(_number, worker.DescribeEnd());
        State.Clear(failures: wasProven || worker.WasKilledForCancel ? 0 : State.Failures + 1);
        await _watching;
        await worker.DisposeAsync();
        _changed();
    }

    // Nothing runs on it: it ends first, and its memory is free for what comes.
    private async Task DismissAsync(WorkerProcess worker, string reason)
    {
        int processId = worker.ProcessId;
        if (TakeSpare() is { } spare)
            await spare.DisposeAsync();
        await worker.DisposeAsync();
        await _watching;
        if (State.Clear(failures: 0))
            _pool.Logger.WorkerSleeps(_number, _pool.IdleLimit?.TotalSeconds ?? 0);
        else
            _pool.Logger.WorkerReplaced(_number, processId, reason);
        _changed();
    }

    private async Task ReplaceAsync(WorkerProcess worker, string reason, CancellationToken stop)
    {
        await _pool.Replacing.WaitAsync(stop);
        try
        {
            // With memory for two, the old one serves until the new one is there.
            WorkerProcess? next = TakeSpare();
            if (next is null && HasRoom(worker))
                next = await _pool.StartWorkerAsync(_number, _pool.Devices, _pool.Bundles.Look(State.Bundle), _output, stop);

            State.Close();
            await IdleAsync(stop);
            if (worker.Exited.IsCompleted && !worker.WasKilledForCancel)
                _pool.TellLost(_number, worker.DescribeEnd());
            else
                _pool.Logger.WorkerReplaced(_number, worker.ProcessId, reason);
            State.Clear(failures: 0);
            Task watched = _watching;
            if (next is not null)
                Install(next, stop);
            await worker.DisposeAsync();
            await watched;
        }
        catch (Exception error) when (IsStartFailure(error))
        {
            int failures = _pool.IsOfToday(worker) ? State.Failed() : State.Break(WorkerFailure.From(error)); // the old one goes on where it may
            _pool.TellCannotStart(_number, failures, error.Message);
            _changed();
            await PauseAsync(stop);
        }
        finally
        {
            _pool.Replacing.Release();
        }
    }

    private async Task EndAsync()
    {
        WorkerProcess? worker = State.Stop();
        if (TakeSpare() is { } spare)
            await spare.DisposeAsync();
        if (worker is not null)
            await worker.DisposeAsync();
        await _watching;
        State.Dispose();
        _output.Dispose();
    }
}
