using Microsoft.Extensions.Logging;

namespace Parley.Server.Storage;

/// <summary>Every message of this room. Ids 60xx; never reused.</summary>
internal static partial class Log
{
    [LoggerMessage(6001, LogLevel.Information, "Opened the database {Path} (version {Version})")]
    public static partial void Opened(this ILogger logger, string path, int version);

    [LoggerMessage(6002, LogLevel.Information, "Brought the database {Path} from version {From} to version {To}")]
    public static partial void Upgraded(this ILogger logger, string path, int from, int to);

    [LoggerMessage(6003, LogLevel.Error, "Nothing can be read from the database {Path}. It was set aside as {SetAside}; the server goes on with an empty one")]
    public static partial void SetAside(this ILogger logger, Exception exception, string path, string setAside);

    [LoggerMessage(6004, LogLevel.Warning, "The volume of {Path} does not allow SQLite's write-ahead log (mode {Mode}); readers wait for writers")]
    public static partial void NoWriteAheadLog(this ILogger logger, string path, string mode);

    [LoggerMessage(6005, LogLevel.Warning, "Result {Result} in the database is broken and was dropped; the recording will be transcribed anew")]
    public static partial void BrokenResult(this ILogger logger, Exception exception, long result);

    [LoggerMessage(6006, LogLevel.Information, "{Path} is the cache of funasr_spk_server; it is left as it is, and the server keeps its own database in {Own}")]
    public static partial void OldCacheFound(this ILogger logger, string path, string own);

    [LoggerMessage(6007, LogLevel.Information, "Imported {Imported} results from {Path}, skipped {Skipped} rows ({Reasons})")]
    public static partial void OldCacheImported(this ILogger logger, int imported, string path, int skipped, string reasons);

    [LoggerMessage(6008, LogLevel.Warning, "The old cache {Path} could not be imported to its end: {Reason}")]
    public static partial void OldCacheNotImported(this ILogger logger, string path, string reason);

    [LoggerMessage(6009, LogLevel.Information, "Dropped {Results} cached results and {Analyses} analyses (age, number or size)")]
    public static partial void CacheTrimmed(this ILogger logger, int results, int analyses);
}
