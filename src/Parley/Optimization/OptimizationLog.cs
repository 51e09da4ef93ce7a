using Microsoft.Extensions.Logging;

namespace Parley.Optimization;

/// <summary>Every message about networks that are made faster. Ids 9xxx; never reused.</summary>
internal static partial class OptimizationLog
{
    [LoggerMessage(9001, LogLevel.Information, "Optimising {Stage}: {Outcome}, {Reason}; weights in memory: {Mapping}")]
    public static partial void Optimized(this ILogger logger, string stage, OptimizationOutcome outcome, string reason, MappingOutcome mapping);
}
