using Parley.Inference.Optimized;
using Parley.Models;

namespace Parley.Optimization;

/// <summary>How an attempt ended.</summary>
public enum OptimizationOutcome
{
    /// <summary>The network has nothing that could be rewritten; nothing is kept about it.</summary>
    NothingToRewrite,

    /// <summary>The rewritten network gives the same results, faster: it is used from now on.</summary>
    Accepted,

    /// <summary>It does not: the original goes on, and this is remembered.</summary>
    Refused,

    /// <summary>Another process is at it.</summary>
    Busy,

    /// <summary>The result cannot be kept: no folder can be written, or the disk is full. Nothing is remembered.</summary>
    NotKept,
}

/// <summary>What became of one network.</summary>
/// <param name="Stage">Its stage.</param>
/// <param name="ModelPath">The original.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why, in one line.</param>
/// <param name="Verdict">What was measured; null where nothing was.</param>
public sealed record StageOptimization(ModelStage Stage, string ModelPath, OptimizationOutcome Outcome, string Reason, OptimizationVerdict? Verdict = null)
{
    /// <summary>Whether the network that runs loads fast and is shared between processes.</summary>
    public MappingOutcome Mapping { get; init; }
}
