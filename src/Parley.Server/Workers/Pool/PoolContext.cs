using Microsoft.Extensions.Logging;
using Parley.Inference.Devices;
using Parley.Server.Configuration;
using Parley.Server.Notifications;
using Parley.Server.Workers.Bundles;
using Parley.Server.Workers.Wire;

namespace Parley.Server.Workers.Pool;

/// <summary>What the slots of a pool share. Safe for concurrent use.</summary>
internal sealed class PoolContext : IDisposable
{
    private readonly WorkerProgram _program;
    private readonly ProcessLauncher _launcher = new();
    private readonly SocketFolder _sockets;
    private readonly PipelineSetup _setup;
    private readonly INotifier? _notifier;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _fallbacksTold = new(StringComparer.Ordinal);

    public PoolContext(ServerOptions options, WorkerProgram program, PoolTimings timings, IMachineMemory memory, ILogger logger, INotifier? notifier, TimeProvider time)
    {
        Bundles = new BundleVersions(new ServedBundles(options.Funasr), options.Transcription.MaxConcurrentTasks, ModelFingerprint.HashPath(options), logger, time);
        Options = options;
        _program = program;
        Timings = timings;
        Memory = memory;
        Logger = logger;
        _notifier = notifier;
        Time = time;
        _setup = PipelineSetup.For(options.Funasr, options.Transcription.MaxConcurrentTasks);
        Devices = _setup.Devices;
        _sockets = new SocketFolder(logger);
    }

    public ServerOptions Options { get; }

    public PoolTimings Timings { get; }

    public IMachineMemory Memory { get; }

    public ILogger Logger { get; }

    /// <summary>The folder of the workers' sockets.</summary>
    public string SocketFolder => _sockets.Path;

    public TimeProvider Time { get; }

    /// <summary>The bundles, as their files are now.</summary>
    public BundleVersions Bundles { get; }

    /// <summary>Makes room for workers.</summary>
    public PoolRoom Room { get; } = new();

    /// <summary>After so long without a job a worker sleeps; null: never.</summary>
    public TimeSpan? IdleLimit => Options.Funasr.ModelIdleSeconds > 0 ? TimeSpan.FromSeconds(Options.Funasr.ModelIdleSeconds) : null;

    /// <summary>With which devices workers are started from now on. A worker with others, by reference, takes no new job.</summary>
    public DeviceOptions Devices { get; set; }

    /// <summary>One worker after another is replaced, so that at most one process more than configured runs.</summary>
    public SemaphoreSlim Replacing { get; } = new(1, 1);

    /// <summary>Bytes that a worker may take; null for no limit.</summary>
    public long? MemoryLimit => Options.Transcription.WorkerMemoryMb > 0 ? (long)Options.Transcription.WorkerMemoryMb << 20 : null;

    /// <inheritdoc cref="PipelineSetup.RecognitionLanes"/>
    public int RecognitionLanes => _setup.RecognitionLanes;

    /// <summary>Whether a worker has the present devices and the present version of its bundle; another takes no new job.</summary>
    public bool IsOfToday(WorkerProcess worker) => ReferenceEquals(worker.Setup.Devices, Devices) && Bundles.IsPresent(worker.Version);

    /// <summary>The place where a worker's output is kept.</summary>
    public WorkerOutput OutputOf(int number) => new(
        Path.Combine(Options.Logging.LogDir, "workers"),
        number,
        (long)Options.Logging.RotationMb << 20,
        TimeSpan.FromDays(Options.Logging.RetentionDays),
        Time,
        Logger);

    /// <summary>Starts a process and waits until it is ready; see <see cref="WorkerProcess.StartAsync"/> for what may go wrong.</summary>
    public Task<WorkerProcess> StartWorkerAsync(int number, DeviceOptions devices, BundleVersion version, WorkerOutput output, CancellationToken cancellationToken)
    {
        WorkerStart start = new()
        {
            Setup = version.Setup with { Number = number, Devices = devices },
            SocketPath = _sockets.NewPath(number),
            ServerProcessId = Environment.ProcessId,
            LogLevel = Level(Options.Logging.Level),
        };
        return WorkerProcess.StartAsync(_program, start, version, _launcher, output, Timings, cancellationToken);
    }

    public void TellLost(int worker, string details)
    {
        Logger.WorkerLost(worker, details);
        _notifier?.Notify(new Notice.WorkerLost(worker, details));
    }

    /// <summary>People are told once; the log has every attempt.</summary>
    public void TellCannotStart(int worker, int failures, string details)
    {
        Logger.WorkerCannotStart(worker, StartPauses.After(failures).TotalSeconds, details);
        if (failures == 1)
            _notifier?.Notify(new Notice.WorkerLost(worker, details));
    }

    /// <summary>Every worker meets the same devices: what one has told, the others need not tell again.</summary>
    public void TellFallbacks(int worker, IReadOnlyList<string> messages)
    {
        foreach (string message in messages)
        {
            lock (_lock)
            {
                if (!_fallbacksTold.Add(message))
                    continue;
            }

            Logger.DeviceFellBack(worker, message);
            _notifier?.Notify(new Notice.DeviceFellBack(message));
        }
    }

    public void Dispose()
    {
        _launcher.Dispose();
        _sockets.Dispose();
        Replacing.Dispose();
    }

    private static string Level(string name) => (name.ToUpperInvariant() switch
    {
        "TRACE" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "WARNING" or "WARN" => LogLevel.Warning,
        "ERROR" or "CRITICAL" => LogLevel.Error,
        _ => LogLevel.Information,
    }).ToString();
}
