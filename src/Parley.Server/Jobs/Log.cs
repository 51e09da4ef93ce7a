using Microsoft.Extensions.Logging;

namespace Parley.Server.Jobs;

/// <summary>Every message of this room. Ids 61xx; never reused. The job is the scope; file names and texts appear nowhere.</summary>
internal static partial class Log
{
    private static readonly Func<ILogger, Guid, IDisposable?> Scope = LoggerMessage.DefineScope<Guid>("job {JobId}");

    /// <summary>Messages belong to a job until the scope is disposed.</summary>
    public static IDisposable? ForJob(this ILogger logger, Guid job) => Scope(logger, job);

    [LoggerMessage(6101, LogLevel.Debug, "Accepted at position {Position}: {Bytes} bytes, priority {Priority}")]
    public static partial void Accepted(this ILogger logger, int position, long bytes, int priority);

    [LoggerMessage(6102, LogLevel.Information, "Job starts on worker {Worker} ({Devices}): {AudioMinutes:F1} min of audio, expected to take {ExpectedMinutes:F1} min, may take {LimitMinutes:F1} min; other jobs that wait for it: {Others}")]
    public static partial void Started(this ILogger logger, int worker, string devices, double audioMinutes, double expectedMinutes, double limitMinutes, int others);

    [LoggerMessage(6103, LogLevel.Information, "Job starts on worker {Worker} ({Devices}): audio of unknown length, may take {LimitMinutes:F1} min; other jobs that wait for it: {Others}")]
    public static partial void StartedUnknownLength(this ILogger logger, int worker, string devices, double limitMinutes, int others);

    [LoggerMessage(6104, LogLevel.Information, "Job done in {WallSeconds:F2} s: {AudioSeconds:F1} s of audio, RTF {Rtf:F4}, on {Device}; {Sentences} sentences, {Speakers} speakers")]
    public static partial void Done(this ILogger logger, double wallSeconds, double audioSeconds, double rtf, string device, int sentences, int speakers);

    [LoggerMessage(6105, LogLevel.Information, "Job done without work: its result was kept from before")]
    public static partial void ServedFromCache(this ILogger logger);

    [LoggerMessage(6106, LogLevel.Warning, "Attempt failed ({Fault}: {Reason}); retry {Retry} in {PauseSeconds:F0} s")]
    public static partial void Retrying(this ILogger logger, JobFault fault, string reason, int retry, double pauseSeconds);

    [LoggerMessage(6107, LogLevel.Warning, "Job failed ({Fault}): {Reason}")]
    public static partial void Failed(this ILogger logger, JobFault fault, string reason);

    [LoggerMessage(6108, LogLevel.Warning, "Job timed out after {LimitMinutes:F1} min; its work is stopped")]
    public static partial void TimedOut(this ILogger logger, double limitMinutes);

    [LoggerMessage(6109, LogLevel.Information, "Job cancelled by its client")]
    public static partial void Cancelled(this ILogger logger);

    [LoggerMessage(6110, LogLevel.Error, "Job met a defect of the program")]
    public static partial void Defect(this ILogger logger, Exception exception);

    [LoggerMessage(6111, LogLevel.Error, "The end of the job ({State}) could not be stored; housekeeping tries again: {Reason}")]
    public static partial void EndNotStored(this ILogger logger, JobState state, string reason);

    [LoggerMessage(6112, LogLevel.Warning, "A kept analysis of the recording could not be used and was dropped; the recording is read anew: {Reason}")]
    public static partial void BrokenAnalysis(this ILogger logger, string reason);

    [LoggerMessage(6113, LogLevel.Warning, "The file of a job could not be deleted; the sweep tries again later: {Reason}")]
    public static partial void NotDeleted(this ILogger logger, string reason);

    [LoggerMessage(6114, LogLevel.Information, "Took up {Pending} jobs that the last run left; {Failed} were given up because the server died over them twice")]
    public static partial void Recovered(this ILogger logger, int pending, int failed);

    [LoggerMessage(6115, LogLevel.Information, "Stopping: {Running} jobs are running and get {GraceSeconds} s; {Waiting} wait for the next start")]
    public static partial void Stopping(this ILogger logger, int running, int graceSeconds, int waiting);

    [LoggerMessage(6116, LogLevel.Information, "Stopped: {Interrupted} running jobs were put back into the queue")]
    public static partial void Stopped(this ILogger logger, int interrupted);

    [LoggerMessage(6117, LogLevel.Warning, "The queue is full ({Waiting} of {Max}); jobs are refused until one starts")]
    public static partial void QueueFull(this ILogger logger, int waiting, int max);

    [LoggerMessage(6118, LogLevel.Warning, "The disk is nearly full: {FreeMb} MiB are free at {Path}, {MinMb} MiB are kept; jobs are refused until there is room")]
    public static partial void DiskLow(this ILogger logger, long freeMb, string path, int minMb);

    [LoggerMessage(6119, LogLevel.Warning, "Job was slow: RTF {Rtf:F3}, {Usual:F3} is usual")]
    public static partial void Slow(this ILogger logger, double rtf, double usual);

    [LoggerMessage(6120, LogLevel.Warning, "Two recordings share the MD5 of this one; each is served its own result only, and never by the MD5 alone")]
    public static partial void SharedMd5(this ILogger logger);

    [LoggerMessage(6121, LogLevel.Debug, "Forgot {Count} ended jobs")]
    public static partial void Evicted(this ILogger logger, int count);

    [LoggerMessage(6122, LogLevel.Information, "Swept {Count} files that no job needs from {Folder}")]
    public static partial void Swept(this ILogger logger, int count, string folder);

    [LoggerMessage(6123, LogLevel.Error, "Housekeeping failed ({Step}); it goes on at the next turn")]
    public static partial void HousekeepingFailed(this ILogger logger, Exception exception, string step);

    [LoggerMessage(6124, LogLevel.Information, "Jobs: {Waiting} waiting, {Running} running, {Known} known; cache: {Entries} results, {CacheMb} MiB")]
    public static partial void Statistics(this ILogger logger, int waiting, int running, int known, long entries, long cacheMb);

    [LoggerMessage(6125, LogLevel.Warning, "A kept result could not be looked up; it counts as a miss: {Reason}")]
    public static partial void LookupFailed(this ILogger logger, string reason);

    [LoggerMessage(6126, LogLevel.Debug, "An attempt was left behind because the server goes: {Reason}")]
    public static partial void LeftBehind(this ILogger logger, string reason);

    [LoggerMessage(6127, LogLevel.Error, "A transcript could not be stored; its jobs fail")]
    public static partial void ResultNotStored(this ILogger logger, Exception exception);

    [LoggerMessage(6128, LogLevel.Error, "A job could not be accepted because it could not be stored")]
    public static partial void NotAccepted(this ILogger logger, Exception exception);

    [LoggerMessage(6129, LogLevel.Error, "{Count} attempts did not end although they were told to; their jobs go on after the next start")]
    public static partial void NotLetGo(this ILogger logger, int count);

    [LoggerMessage(6130, LogLevel.Information, "Deleted by its client")]
    public static partial void Deleted(this ILogger logger);
}
