using Microsoft.Extensions.Logging;

namespace Parley.Server.Hosting;

/// <summary>Messages of the host and of the configuration. Ids 90xx; never reused.</summary>
internal static partial class HostLog
{
    [LoggerMessage(9001, LogLevel.Information, "Listening on {Address}; models load")]
    public static partial void Listening(this ILogger logger, string address);

    [LoggerMessage(9002, LogLevel.Information, "Ready after {Seconds:F1} s: {Workers}")]
    public static partial void Ready(this ILogger logger, double seconds, string workers);

    [LoggerMessage(9003, LogLevel.Information, "Stopping: no more jobs are taken; running ones have {GraceSeconds} s")]
    public static partial void Stopping(this ILogger logger, int graceSeconds);

    [LoggerMessage(9004, LogLevel.Information, "Stopped after {Seconds:F1} s of work")]
    public static partial void Stopped(this ILogger logger, double seconds);

    [LoggerMessage(9005, LogLevel.Warning, "{Step} did not stop cleanly")]
    public static partial void StopFailed(this ILogger logger, Exception exception, string step);

    [LoggerMessage(9010, LogLevel.Information, "Configuration, {Section}: {Values}")]
    public static partial void EffectiveValues(this ILogger logger, string section, string values);

    [LoggerMessage(9011, LogLevel.Warning, "{Warning}")]
    public static partial void ConfigurationWarning(this ILogger logger, string warning);

    [LoggerMessage(9012, LogLevel.Information, "{Note}")]
    public static partial void ConfigurationNote(this ILogger logger, string note);

    [LoggerMessage(9013, LogLevel.Information, "Configuration read again ({Reason}): {Changes}")]
    public static partial void Reloaded(this ILogger logger, string reason, string changes);

    [LoggerMessage(9014, LogLevel.Warning, "Changed in the configuration, but in effect only after a restart: {Keys}")]
    public static partial void NeedsRestart(this ILogger logger, string keys);

    [LoggerMessage(9015, LogLevel.Error, "The changed configuration is not used: {Problem}")]
    public static partial void ReloadRefused(this ILogger logger, string problem);

    [LoggerMessage(9016, LogLevel.Error, "The devices could not be switched to {Device}; workers go on as they were")]
    public static partial void SwitchFailed(this ILogger logger, Exception exception, string device);

    [LoggerMessage(9017, LogLevel.Information, "New jobs run on {Device} ({Reason})")]
    public static partial void Switched(this ILogger logger, string device, string reason);

    [LoggerMessage(9020, LogLevel.Warning, "{Warning}")]
    public static partial void PlatformWarning(this ILogger logger, string warning);
}
