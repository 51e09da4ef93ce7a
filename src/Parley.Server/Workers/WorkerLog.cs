using Microsoft.Extensions.Logging;

namespace Parley.Server.Workers;

/// <summary>Every message about workers. Ids 7xxx; never reused. Never what was said, nor the name of a recording.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(7001, LogLevel.Information, "Worker {Worker} is ready after {Seconds:F2} s: {Devices}; {MemoryMb} MB")]
    public static partial void WorkerReady(this ILogger logger, int worker, double seconds, string devices, long memoryMb);

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
}
