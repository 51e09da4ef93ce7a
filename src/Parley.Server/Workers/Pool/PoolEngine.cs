using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Inference.Devices;
using Parley.Server.Configuration;
using Parley.Server.Notifications;
using Parley.Server.Workers.Bundles;
using Parley.Server.Workers.Wire;
using Parley.Transcripts;

namespace Parley.Server.Workers.Pool;

/// <summary>
/// Worker processes, one job at a time each. What one of them does to itself, a crash, a hang, a leak, costs one job; the server's process
/// touches neither models nor devices.
/// </summary>
internal sealed class PoolEngine : ITranscriptionEngine
{
    private const string SwitchReason = "devices were switched";

    private readonly PoolContext _pool;
    private readonly WorkerSlot[] _slots;
    private readonly WaitingJobs _waiting;
    private readonly MemoryGate _memory;
    private readonly SemaphoreSlim _switching = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private Task _living = Task.CompletedTask;

    public PoolEngine(ServerOptions options, ILoggerFactory? loggers = null, INotifier? notifier = null, TimeProvider? time = null)
        : this(options, WorkerProgram.OfThisProcess(), new PoolTimings(), new MachineMemory(), loggers, notifier, time)
    {
    }

    internal PoolEngine(
        ServerOptions options,
        WorkerProgram program,
        PoolTimings timings,
        IMachineMemory memory,
        ILoggerFactory? loggers = null,
        INotifier? notifier = null,
        TimeProvider? time = null)
    {
        ILogger logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<PoolEngine>();
        _pool = new PoolContext(options, program, timings, memory, logger, notifier, time ?? TimeProvider.System);
        _slots = [.. Enumerable.Range(1, options.Transcription.MaxConcurrentTasks).Select(number => new WorkerSlot(number, _pool, () => _waiting!.Serve(), BundleFailed))];
        _pool.Room.Slots = _slots;
        _pool.Bundles.Changed = RenewWith;
        _waiting = new WaitingJobs(_slots, _pool.Bundles.Served);
        _memory = new MemoryGate(_pool);
    }

    public int Slots => _slots.Length;

    public bool IsReady => _slots.Any(slot => slot.State.IsUp);

    public IReadOnlyList<WorkerStatus> Workers => [.. _slots.Select(slot => slot.State.Status)];

    public bool TakesLanguage(string? bundle) => _pool.Bundles.TakesLanguage(bundle);

    /// <summary>The folder of the workers' sockets; gone with the pool.</summary>
    internal string SocketFolder => _pool.SocketFolder;

    public string IdentityOf(string? bundle) => _pool.Bundles.IdentityOf(bundle);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _living = Task.WhenAll(
        [
            Task.Run(() => IdentityOf(bundle: null), CancellationToken.None), // hashed beforehand, so that nobody waits for it
            .. _slots.Select(slot => Task.Run(() => slot.LiveAsync(_stop.Token), CancellationToken.None)),
        ]);
        return Task.CompletedTask;
    }

    public async Task<Transcript> RunAsync(WorkOrder order, IProgress<WorkProgress> progress, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            string? bundle = _pool.Bundles.Look(order.Bundle).Bundle;
            (WorkerSlot slot, WorkerProcess worker) = await _waiting.TakeAsync(order.JobId, bundle, ended.Token);
            try
            {
                using IDisposable entry = await _memory.EnterAsync(order, worker, ended.Token);
                _pool.Logger.JobBegins(order.JobId, slot.Number);
                progress.Report(new WorkProgress(slot.Number, TimeSpan.Zero, null) { Model = worker.Version.Identity });
                return await RunAsync(worker, order, line => progress.Report(new WorkProgress(slot.Number, line.Done ?? TimeSpan.Zero, line.Total) { Settled = line.Settled }), cancellationToken);
            }
            finally
            {
                slot.GiveBack();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new WorkerLostException(WorkerLoss.Crashed, "The server stops.");
        }
    }

    public async Task SwitchDevicesAsync(DeviceOptions devices, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        await _switching.WaitAsync(ended.Token);
        try
        {
            // A worker with the new devices goes ahead: when it cannot start, all stays as it is.
            DeviceOptions generation = devices with { };
            WorkerSlot[] filled = [.. _slots.Where(slot => slot.State.Worker is not null)];
            WorkerSlot first = filled.FirstOrDefault(slot => !slot.State.IsBusy) ?? filled.FirstOrDefault() ?? _slots[0];
            WorkerProcess? trial = first.State is { IsUp: true, Worker: not null } ? await first.TryStartAsync(generation, ended.Token) : null;
            _pool.Devices = generation;
            if (first.Renew(trial, SwitchReason) is { } unneeded)
                await unneeded.DisposeAsync();
            foreach (WorkerSlot slot in _slots)
                slot.Renew(spare: null, SwitchReason);
            _pool.Logger.DevicesSwitched(devices.Device, string.Join(", ", devices.Priority));
        }
        finally
        {
            _switching.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        await _switching.WaitAsync();
        await _living;
        _pool.Dispose();
        _switching.Dispose();
        _stop.Dispose();
    }

    private void BundleFailed(string bundle, WorkerFailure failure)
    {
        _waiting.Fail(bundle, failure);
        _waiting.Serve();
    }

    // Idle workers at once, busy ones after their jobs; those asleep begin with the new files anyway.
    private void RenewWith(BundleVersion version)
    {
        foreach (WorkerSlot slot in _slots.Where(slot => slot.State.Worker is { } worker && string.Equals(worker.Version.Bundle, version.Bundle, StringComparison.Ordinal)))
            slot.Renew(spare: null, $"the files of the bundle {version.Name} have changed");
    }

    // Asked first, killed when that does not help.
    private async Task<Transcript> RunAsync(WorkerProcess worker, WorkOrder order, Action<WorkerLine> progress, CancellationToken cancellationToken)
    {
        using CancellationTokenSource giveUp = new();
        Task<(Transcript? Transcript, WorkerFailure? Failure)> running = worker.Client.RunAsync(order, progress, giveUp.Token);
        try
        {
            (Transcript? transcript, WorkerFailure? failure) = await running.WaitAsync(cancellationToken);
            return transcript ?? throw (failure!.Kind is WorkerFailureKind.Cancelled or WorkerFailureKind.NotIdle ? await worker.LostAsync() : failure.ToException());
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await StopAsync(worker, order.JobId, running);
            throw;
        }
        catch (Exception error) when (WorkerClient.IsBroken(error))
        {
            throw await worker.LostAsync(error);
        }
        finally
        {
            await giveUp.CancelAsync();
            await running.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task StopAsync(WorkerProcess worker, Guid jobId, Task<(Transcript? Transcript, WorkerFailure? Failure)> running)
    {
        using CancellationTokenSource grace = new(_pool.Timings.CancelGrace);
        await worker.Client.CancelAsync(jobId, grace.Token);
        try
        {
            await running.WaitAsync(grace.Token);
        }
        catch (Exception error) when (error is OperationCanceledException || WorkerClient.IsBroken(error))
        {
            if (worker.IsUsable)
                _pool.Logger.WorkerKilledForCancel(jobId, _pool.Timings.CancelGrace.TotalSeconds, worker.Setup.Number);
            worker.KillForCancel();
        }
    }
}
