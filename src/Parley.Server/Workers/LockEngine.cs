using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Server.Configuration;
using Parley.Server.Notifications;
using Parley.Transcripts;

namespace Parley.Server.Workers;

/// <summary>One pipeline in the server's own process, one job after another. A crash of the native runtime takes the server with it.</summary>
internal sealed class LockEngine : ITranscriptionEngine
{
    private const int OnlyWorker = 1;

    private readonly PipelineSetup _setup;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly INotifier? _notifier;
    private readonly TimeProvider _time;
    private readonly ModelFingerprint _fingerprint;
    private readonly CancellationTokenSource _stop = new();

    // Whoever holds it may use the pipeline, or put another in its place.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private Task _loading = Task.CompletedTask;
    private TaskCompletionSource<LoadedPipeline> _ready = NewReady();
    private DeviceOptions _devices;
    private WorkerStatus _status = new() { Number = OnlyWorker, State = WorkerStates.Starting };
    private int _fallbacksTold;

    public LockEngine(ServerOptions options, ILoggerFactory? loggers = null, INotifier? notifier = null, TimeProvider? time = null)
    {
        _setup = PipelineSetup.For(options.Funasr, pipelines: 1);
        _devices = _setup.Devices;
        _loggers = loggers ?? NullLoggerFactory.Instance;
        _logger = _loggers.CreateLogger<LockEngine>();
        _notifier = notifier;
        _time = time ?? TimeProvider.System;
        _fingerprint = ModelFingerprint.For(options, _logger);
    }

    public int Slots => 1;

    public bool IsReady => _ready.Task.IsCompletedSuccessfully;

    public string ModelIdentity => _fingerprint.Value;

    public bool TakesLanguage(string? bundle) => _fingerprint.TakesLanguage;

    public IReadOnlyList<WorkerStatus> Workers
    {
        get
        {
            lock (_lock)
            {
                return [_ready.Task is { IsCompletedSuccessfully: true, Result: var loaded }
                    ? _status with { Devices = loaded.Devices, OnnxRuntime = OnnxRuntimeInfo.Version, MemoryBytes = Environment.WorkingSet }
                    : _status with { MemoryBytes = Environment.WorkingSet }];
            }
        }
    }

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
                LoadedPipeline loaded = await Ready().WaitAsync(ended.Token);
                return await RunAsync(loaded, order, progress, ended.Token);
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
            LoadedPipeline? before = IsReady ? await Ready() : null;
            DeviceOptions devicesBefore = _devices;
            _devices = devices;
            if (before is null)
                return; // the next attempt to load takes them

            // The old one stays until the new one is there: a device that does not work costs nothing but the attempt.
            try
            {
                await LoadOnceAsync(cancellationToken);
            }
            catch
            {
                _devices = devicesBefore;
                throw;
            }

            before.Dispose();
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
        await _loading;
        await _turn.WaitAsync();
        if (IsReady)
            (await Ready()).Dispose();
        _turn.Dispose();
        _stop.Dispose();
    }

    private async Task<Transcript> RunAsync(LoadedPipeline loaded, WorkOrder order, IProgress<WorkProgress> progress, CancellationToken cancellationToken)
    {
        Update(status => status with { State = WorkerStates.Busy, JobId = order.JobId });
        _logger.JobBegins(order.JobId, OnlyWorker);
        try
        {
            progress.Report(new WorkProgress(OnlyWorker, TimeSpan.Zero, null));
            StageProgress stages = new((done, total, settled) => progress.Report(new WorkProgress(OnlyWorker, done, total) { Settled = settled }));
            return await Task.Run(() => OrderRunner.RunAsync(loaded.Pipeline, order, stages, _logger, cancellationToken), cancellationToken);
        }
        finally
        {
            Update(status => status with { State = WorkerStates.Idle, JobId = null, JobsDone = status.JobsDone + 1 });
            TellFallbacks(loaded);
        }
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        _ = _fingerprint.Value; // hashed beforehand, so that nobody waits for it
        for (int failures = 1; !stop.IsCancellationRequested; failures++)
        {
            try
            {
                await LoadOnceAsync(stop);
                return;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is ModelFileException or InferenceException or ArgumentException)
            {
                TimeSpan pause = StartPauses.After(failures);
                _logger.WorkerCannotStart(OnlyWorker, pause.TotalSeconds, error.Message);
                Fail(error);
                await Task.Delay(pause, _time, stop).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }

    private async Task LoadOnceAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        LoadedPipeline loaded = await Task.Run(() => LoadedPipeline.Load(_setup with { Devices = _devices }, _loggers, cancellationToken), cancellationToken);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        lock (_lock)
        {
            if (_ready.Task.IsCompleted)
                _ready = NewReady();
            _ready.SetResult(loaded);
            _status = _status with { State = WorkerStates.Idle, StartSeconds = seconds, Error = null };
            _fallbacksTold = 0;
        }

        _logger.WorkerReady(OnlyWorker, seconds, string.Join(", ", loaded.Devices), Environment.WorkingSet >> 20);
        TellFallbacks(loaded);
    }

    private void Fail(Exception error)
    {
        lock (_lock)
        {
            if (_ready.Task.IsCompleted)
                _ready = NewReady();
            _ready.SetException(error);
            _ = _ready.Task.Exception; // nobody may be waiting
            _status = _status with { State = WorkerStates.Broken, Error = error.Message, Restarts = _status.Restarts + 1 };
        }
    }

    private void TellFallbacks(LoadedPipeline loaded)
    {
        IReadOnlyList<string> messages = loaded.Fallbacks.Messages;
        int told;
        lock (_lock)
            (told, _fallbacksTold) = (_fallbacksTold, messages.Count);
        foreach (string message in messages.Skip(told))
            _notifier?.Notify(new Notice.DeviceFellBack(message));
    }

    private void Update(Func<WorkerStatus, WorkerStatus> change)
    {
        lock (_lock)
            _status = change(_status);
    }

    private Task<LoadedPipeline> Ready()
    {
        lock (_lock)
            return _ready.Task;
    }

    private static TaskCompletionSource<LoadedPipeline> NewReady() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
