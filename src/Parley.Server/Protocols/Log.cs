using Microsoft.Extensions.Logging;

namespace Parley.Server.Protocols;

/// <summary>Every message of the protocols. Ids 5xxx; never reused. What a client does is never above Warning, and names or data are never told.</summary>
internal static partial class Log
{
    private static readonly Func<ILogger, Guid, IDisposable?> Scope = LoggerMessage.DefineScope<Guid>("job {JobId}");

    /// <summary>What is logged until this is disposed is about a job.</summary>
    public static IDisposable? JobScope(this ILogger logger, Guid jobId) => Scope(logger, jobId);

    [LoggerMessage(5001, LogLevel.Debug, "Connection {Connection} opened, {Open} open")]
    public static partial void ConnectionOpened(this ILogger logger, string connection, int open);

    [LoggerMessage(5002, LogLevel.Debug, "Connection {Connection} ended: {Reason}")]
    public static partial void ConnectionEnded(this ILogger logger, string connection, string reason);

    [LoggerMessage(5003, LogLevel.Warning, "A connection was refused: {Limit} are open already (server.max_connections)")]
    public static partial void ConnectionRefused(this ILogger logger, int limit);

    [LoggerMessage(5004, LogLevel.Information, "Connection {Connection} was refused: {Reason}")]
    public static partial void AuthenticationFailed(this ILogger logger, string connection, string reason);

    [LoggerMessage(5005, LogLevel.Warning, "Connection {Connection} is dropped: it did not take what was sent to it for {Seconds} s")]
    public static partial void SlowReaderDropped(this ILogger logger, string connection, double seconds);

    [LoggerMessage(5006, LogLevel.Debug, "Connection {Connection} is closed: a message is larger than {Limit} bytes")]
    public static partial void MessageTooBig(this ILogger logger, string connection, long limit);

    [LoggerMessage(5007, LogLevel.Debug, "A {Type} was refused: {Code}")]
    public static partial void MessageRefused(this ILogger logger, string type, string code);

    [LoggerMessage(5008, LogLevel.Error, "Handling a {Type} failed")]
    public static partial void HandlingFailed(this ILogger logger, Exception exception, string type);

    [LoggerMessage(5009, LogLevel.Error, "Following a job failed; its client gets no more frames about it")]
    public static partial void WatchFailed(this ILogger logger, Exception exception);

    [LoggerMessage(5010, LogLevel.Error, "Connection {Connection} failed")]
    public static partial void ConnectionFailed(this ILogger logger, Exception exception, string connection);

    [LoggerMessage(5101, LogLevel.Error, "A file on its way in cannot be written or deleted; look at the disk of server.temp_dir and server.upload_dir")]
    public static partial void UploadFileFailed(this ILogger logger, Exception exception);

    [LoggerMessage(5102, LogLevel.Information, "Removed what an earlier process left in {Folder}")]
    public static partial void LeftoversRemoved(this ILogger logger, string folder);

    [LoggerMessage(5103, LogLevel.Debug, "{Count} uploads expired")]
    public static partial void UploadsExpired(this ILogger logger, int count);

    [LoggerMessage(5104, LogLevel.Information, "Upload complete: {Bytes} bytes, {Outcome}")]
    public static partial void UploadSubmitted(this ILogger logger, long bytes, string outcome);

    [LoggerMessage(5105, LogLevel.Information, "{Count} resumable uploads of an earlier process can go on")]
    public static partial void UploadsResumable(this ILogger logger, int count);

    [LoggerMessage(5106, LogLevel.Error, "Making jobs of uploads that are complete failed; it is tried again")]
    public static partial void SubmissionFailed(this ILogger logger, Exception exception);

    [LoggerMessage(5201, LogLevel.Debug, "Request {Request} was refused with {Status}: {Code}")]
    public static partial void RequestRefused(this ILogger logger, string request, int status, string code);

    [LoggerMessage(5202, LogLevel.Debug, "The client of request {Request} is gone; what it sent runs on")]
    public static partial void ClientGone(this ILogger logger, string request);

    [LoggerMessage(5203, LogLevel.Error, "Request {Request} failed")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string request);
}
