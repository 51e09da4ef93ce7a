using Microsoft.Extensions.Logging;

namespace Parley;

/// <summary>Every message of the pipeline itself. Ids 1xxx; never reused.</summary>
internal static partial class PipelineLog
{
    [LoggerMessage(1001, LogLevel.Debug, "Loaded the models of {Bundle} in {Seconds:F2} s")]
    public static partial void Loaded(this ILogger logger, string bundle, double seconds);

    [LoggerMessage(1002, LogLevel.Information, "Transcribed {AudioSeconds:F1} s in {WallSeconds:F2} s, RTF {Rtf:F4}: {Sentences} sentences, {Speakers} speakers")]
    public static partial void Transcribed(this ILogger logger, double audioSeconds, double wallSeconds, double rtf, int sentences, int speakers);
}
