using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Server.Configuration;
using Parley.Server.Notifications;
using Parley.Server.Workers.Bundles;
using Parley.Server.Workers.Pool;
using Parley.Transcripts;

namespace Parley.Server.Workers;

/// <summary>
/// Pipelines in the server's own process, one for each bundle, loaded when they are first asked for; one job after another. A crash of the native runtime
/// takes the server with it.
/// </summary>
internal sealed class LockEngine : ITranscriptionEngine
{
    private const int OnlyWorker = 1;

    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly INotifier? _notifier;
    private readonly TimeProvider _time;
    private readonly BundleVersions _bundles;
    private readonly PipelineShelf _shelf;
    private readonly TimeSpan? _idleLimit;
    private readonly ITimer? _idle;
    private readonly CancellationTokenSource _stop = new();

    // Whoever holds it may use the pipelines, and put others in their places.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private Task _loading = Task.CompletedTask;
    private DeviceOptions _devices;
    private WorkerStatus _status = new() { Number = OnlyWorker, State = WorkerStates.Starting };
    private LoadedPipeline? _toldOf;
    private int _fallbacksTold;
    private volatile bool _isReady;

    public LockEngine(ServerOptions options, ILoggerFactory? loggers = null, INotifier? notifier = null, TimeProvider? time = null, IMachineMemory? memory = null)
    {
        _loggers = loggers ?? NullLoggerFactory.Instance;
        _logger = _loggers.CreateLogger<LockEngine>();
        _notifier = notifier;
        _time = time ?? TimeProvider.System;
        _devices = options.Funasr.Devices;
        _bundles = new BundleVersions(new ServedBundles(options.Funasr), pipelines: 1, ModelFingerprint.HashPath(options), _logger, _time);
        long? limit = options.Transcription.WorkerMemoryMb > 0 ? (long)options.Transcription.WorkerMemoryMb << 20 : null;
        _shelf = new PipelineShelf(memory ?? new MachineMemory(), limit, _logger, _time);
        if (options.Funasr.ModelIdleSeconds > 0)
        {
            _idleLimit = TimeSpan.FromSeconds(options.Funasr.ModelIdleSeconds);
            _idle = _time.CreateTimer(_ => UnloadIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public int Slots => 1;

    public bool IsReady => _isReady;

    public bool TakesLanguage(string? bundle) => _bundles.TakesLanguage(bundle);

    public IReadOnlyList<WorkerStatus> Workers
    {
        get
        {
            IReadOnlyList<(BundleVersion Version, LoadedPipeline Pipeline)> loaded = _shelf.Loaded;
            lock (_lock)
            {
                WorkerStatus status = _status with { MemoryBytes = Environment.WorkingSet, Bundles = [.. loaded.Select(item => item.Version.Name).Order(StringComparer.Ordinal)] };
                if (loaded.Count > 0)
                    return [status with { Devices = loaded[^1].Pipeline.Devices, OnnxRuntime = OnnxRuntimeInfo.Version }];
                return [_isReady && status.State is WorkerStates.Idle ? status with { State = WorkerStates.Asleep } : status];
            }
        }
    }

    public string IdentityOf(string? bundle) => _bundles.IdentityOf(bundle);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loading = Task.Run(() => LoadAsync(_stop.Token), cancellationToken);
        return Task.CompletedTask;
    }

    public async Task<Transcript> RunAsync(WorkOrder order, IProgress<WorkProgress> progress, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            await _turn.WaitAsync(ended.Token);
            try
            {
                BundleVersion version = _bundles.Look(order.Bundle);
                LoadedPipeline loaded = _shelf.Find(version, _devices) ?? await LoadOnceAsync(version, ended.Token);
                return await RunAsync(loaded, version, order, progress, ended.Token);
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new WorkerLostException(WorkerLoss.Crashed, "The server stops.");
        }
    }

    public async Task SwitchDevicesAsync(DeviceOptions devices, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            DeviceOptions before = _devices;
            _devices = devices with { };
            if (!IsReady)
                return; // the next attempt to load takes them

            // The old one stays until the new one is there: a device that does not work costs nothing but the attempt.
            try
            {
                await LoadOnceAsync(_bundles.Look(bundle: null), cancellationToken);
            }
            catch
            {
                _devices = before;
                Update(status => status with { State = WorkerStates.Idle, Error = null });
                _isReady = true;
                throw;
            }

            _shelf.UnloadOthers(_devices);
            _logger.DevicesSwitched(devices.Device, string.Join(", ", devices.Priority));
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        if (_idle is not null)
            await _idle.DisposeAsync();
        await _loading;
        await _turn.WaitAsync();
        _shelf.Dispose();
        _turn.Dispose();
        _stop.Dispose();
    }

    private async Task<Transcript> RunAsync(LoadedPipeline loaded, BundleVersion version, WorkOrder order, IProgress<WorkProgress> progress, CancellationToken cancellationToken)
    {
        Update(status => status with { State = WorkerStates.Busy, JobId = order.JobId });
        _logger.JobBegins(order.JobId, OnlyWorker);
        try
        {
            progress.Report(new WorkProgress(OnlyWorker, TimeSpan.Zero, null) { Model = version.Identity });
            StageProgress stages = new((done, total, settled) => progress.Report(new WorkProgress(OnlyWorker, done, total) { Settled = settled }));
            return await Task.Run(() => OrderRunner.RunAsync(loaded.Pipeline, order, stages, _logger, cancellationToken), cancellationToken);
        }
        finally
        {
            Update(status => status with { State = WorkerStates.Idle, JobId = null, JobsDone = status.JobsDone + 1 });
            _shelf.Used(loaded);
            WaitForIdle();
            TellFallbacks(loaded);
        }
    }

    // Until it has worked once: jobs that come meanwhile try for themselves, and are told why it does not.
    private async Task LoadAsync(CancellationToken stop)
    {
        _ = IdentityOf(bundle: null); // hashed beforehand, so that nobody waits for it
        for (int failures = 1; !stop.IsCancellationRequested && !IsReady; failures++)
        {
            try
            {
                await _turn.WaitAsync(stop);
                try
                {
                    if (!IsReady)
                        await LoadOnceAsync(_bundles.Look(bundle: null), stop);
                }
                finally
                {
                    _turn.Release();
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (IsLoadFailure(error))
            {
                TimeSpan pause = StartPauses.After(failures);
                _logger.WorkerCannotStart(OnlyWorker, pause.TotalSeconds, error.Message);
                await Task.Delay(pause, _time, stop).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }

    private static bool IsLoadFailure(Exception error) => error is ModelFileException or InferenceException or ArgumentException;

    private async Task<LoadedPipeline> LoadOnceAsync(BundleVersion version, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        _shelf.MakeRoom(version);
        try
        {
            LoadedPipeline loaded = await Task.Run(() => LoadedPipeline.Load(version.Setup with { Devices = _devices }, _loggers, cancellationToken), cancellationToken);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            _shelf.Put(version, _devices, loaded);
            Update(status => status with { State = WorkerStates.Idle, StartSeconds = seconds, Error = null });
            _isReady |= version.Bundle is null;
            WaitForIdle();
            _logger.WorkerReady(OnlyWorker, version.Name, seconds, string.Join(", ", loaded.Devices), Environment.WorkingSet >> 20);
            TellFallbacks(loaded);
            return loaded;
        }
        catch (Exception error) when (IsLoadFailure(error) && version.Bundle is null)
        {
            // Of other bundles only those hear who asked for them.
            Update(status => status with { State = WorkerStates.Broken, Error = error.Message, Restarts = status.Restarts + 1 });
            _isReady = false;
            throw;
        }
    }

    private void TellFallbacks(LoadedPipeline loaded)
    {
        IReadOnlyList<string> messages = loaded.Fallbacks.Messages;
        int told;
        lock (_lock)
        {
            told = _toldOf == loaded ? _fallbacksTold : 0;
            (_toldOf, _fallbacksTold) = (loaded, messages.Count);
        }

        foreach (string message in messages.Skip(told))
            _notifier?.Notify(new Notice.DeviceFellBack(message));
    }

    private void WaitForIdle()
    {
        if (_idleLimit is { } limit)
            _idle!.Change(limit, Timeout.InfiniteTimeSpan);
    }

    // Whoever has the turn sets the timer anew when he gives it back.
    private void UnloadIdle()
    {
        if (_stop.IsCancellationRequested || !_turn.Wait(0, CancellationToken.None))
            return;
        try
        {
            _shelf.UnloadIdle(_idleLimit!.Value);
            if (_shelf.Loaded.Count > 0)
                WaitForIdle();
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Update(Func<WorkerStatus, WorkerStatus> change)
    {
        lock (_lock)
            _status = change(_status);
    }
}
