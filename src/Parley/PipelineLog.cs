using Microsoft.Extensions.Logging;

namespace Parley;

/// <summary>Every message of the pipeline itself. Ids 1xxx; never reused.</summary>
internal static partial class PipelineLog
{
    [LoggerMessage(1001, LogLevel.Debug, "Loaded the models of {Bundle} in {Seconds:F2} s")]
    public static partial void Loaded(this ILogger logger, string bundle, double seconds);

    [LoggerMessage(1002, LogLevel.Information, "Transcribed {AudioSeconds:F1} s in {WallSeconds:F2} s, RTF {Rtf:F4}: {Sentences} sentences, {Speakers} speakers; {Stages}")]
    public static partial void Transcribed(this ILogger logger, double audioSeconds, double wallSeconds, double rtf, int sentences, int speakers, string stages);

    [LoggerMessage(1003, LogLevel.Information, "Transcribing {AudioMinutes:F1} min of audio on {Devices}")]
    public static partial void Transcribing(this ILogger logger, double audioMinutes, string devices);

    [LoggerMessage(1004, LogLevel.Information, "Transcribing {AudioMinutes:F1} min of audio on {Devices}, expected to take {ExpectedMinutes:F1} min")]
    public static partial void TranscribingExpected(this ILogger logger, double audioMinutes, string devices, double expectedMinutes);

    [LoggerMessage(1006, LogLevel.Information, "The network of {Stage}: {Note}")]
    public static partial void Optimization(this ILogger logger, string stage, string note);

    [LoggerMessage(1005, LogLevel.Information, "Transcribing audio of unknown length on {Devices}")]
    public static partial void TranscribingUnknownLength(this ILogger logger, string devices);
}
