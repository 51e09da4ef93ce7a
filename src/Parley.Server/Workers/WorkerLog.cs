using Microsoft.Extensions.Logging;

namespace Parley.Server.Workers;

/// <summary>Every message about workers. Ids 7xxx; never reused. Never what was said, nor the name of a recording.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(7001, LogLevel.Information, "Worker {Worker} is ready with {Bundle} after {Seconds:F2} s: {Devices}; {MemoryMb} MB")]
    public static partial void WorkerReady(this ILogger logger, int worker, string bundle, double seconds, string devices, long memoryMb);

    [LoggerMessage(7002, LogLevel.Error, "Worker {Worker} cannot start and is tried again in {PauseSeconds:F0} s: {Reason}")]
    public static partial void WorkerCannotStart(this ILogger logger, int worker, double pauseSeconds, string reason);

    [LoggerMessage(7003, LogLevel.Warning, "The saved analysis of job {JobId} cannot be used, so the recording is read again: {Reason}")]
    public static partial void AnalysisUnusable(this ILogger logger, Guid jobId, string reason);

    [LoggerMessage(7004, LogLevel.Warning, "The analysis of job {JobId} cannot be saved: {Reason}")]
    public static partial void AnalysisNotSaved(this ILogger logger, Guid jobId, string reason);

    [LoggerMessage(7005, LogLevel.Debug, "Job {JobId} begins on worker {Worker}")]
    public static partial void JobBegins(this ILogger logger, Guid jobId, int worker);

    [LoggerMessage(7006, LogLevel.Information, "Devices are switched to {Device} ({Priority})")]
    public static partial void DevicesSwitched(this ILogger logger, string device, string priority);

    [LoggerMessage(7007, LogLevel.Debug, "The hashes of model files in {Path} cannot be kept: {Reason}")]
    public static partial void HashesNotKept(this ILogger logger, string path, string reason);

    [LoggerMessage(7008, LogLevel.Information, "Model identity {Identity}")]
    public static partial void Identity(this ILogger logger, string identity);

    [LoggerMessage(7009, LogLevel.Error, "Worker {Worker} cannot load its models: {Reason}")]
    public static partial void WorkerCannotLoad(this ILogger logger, Exception? exception, int worker, string reason);

    [LoggerMessage(7010, LogLevel.Error, "Job {JobId} failed in a way that should not be")]
    public static partial void JobFailedUnexpectedly(this ILogger logger, Exception exception, Guid jobId);

    [LoggerMessage(7011, LogLevel.Warning, "Worker {Worker} is lost: {Reason}")]
    public static partial void WorkerLost(this ILogger logger, int worker, string reason);

    [LoggerMessage(7012, LogLevel.Information, "Worker {Worker} (process {ProcessId}) is replaced: {Reason}")]
    public static partial void WorkerReplaced(this ILogger logger, int worker, int processId, string reason);

    [LoggerMessage(7013, LogLevel.Warning, "Job {JobId} did not stop within {GraceSeconds:F1} s after it was cancelled, so worker {Worker} was killed")]
    public static partial void WorkerKilledForCancel(this ILogger logger, Guid jobId, double graceSeconds, int worker);

    [LoggerMessage(7014, LogLevel.Warning, "Job {JobId} waits for memory: it needs {NeededMb} MB more, {AvailableMb} MB are free")]
    public static partial void WaitingForMemory(this ILogger logger, Guid jobId, long neededMb, long availableMb);

    [LoggerMessage(7015, LogLevel.Warning, "What worker {Worker} writes cannot be kept in {Path}: {Reason}")]
    public static partial void OutputNotKept(this ILogger logger, int worker, string path, string reason);

    [LoggerMessage(7016, LogLevel.Warning, "Worker {Worker}: {Details}")]
    public static partial void DeviceFellBack(this ILogger logger, int worker, string details);

    [LoggerMessage(7018, LogLevel.Information, "The files of the bundle {Bundle} have changed: new jobs run with the new ones")]
    public static partial void BundleChanged(this ILogger logger, string bundle);

    [LoggerMessage(7019, LogLevel.Warning, "The files of the bundle {Bundle} have changed, but cannot be used; jobs go on with the models that are loaded: {Reason}")]
    public static partial void BundleUnusable(this ILogger logger, string bundle, string reason);

    [LoggerMessage(7020, LogLevel.Information, "Worker {Worker} sleeps after {IdleSeconds:F0} s without a job; the next one wakes it")]
    public static partial void WorkerSleeps(this ILogger logger, int worker, double idleSeconds);

    [LoggerMessage(7021, LogLevel.Information, "Worker {Worker} waits with the bundle {Bundle} until the machine has memory for it: {NeededMb} MB, {AvailableMb} MB are free")]
    public static partial void StartWaitsForMemory(this ILogger logger, int worker, string bundle, long neededMb, long availableMb);

    [LoggerMessage(7022, LogLevel.Information, "The bundle {Bundle} is unloaded: {Reason}")]
    public static partial void BundleUnloaded(this ILogger logger, string bundle, string reason);

    [LoggerMessage(7017, LogLevel.Debug, "Sockets of a server that is gone cannot be removed from {Path}: {Reason}")]
    public static partial void LeftoversStay(this ILogger logger, string path, string reason);
}
