using System.ComponentModel.DataAnnotations;
using Parley.Vad;

namespace Parley.Asr;

/// <summary>By what rule a batch is closed.</summary>
public enum BatchRule
{
    /// <summary>Before it would exceed a limit.</summary>
    CloseBefore,

    /// <summary>
    /// As FunASR does: after the segment that exceeds <see cref="BatchOptions.MaxBatchSeconds"/> or reaches <see cref="BatchOptions.LongSegmentSeconds"/>.
    /// <see cref="BatchOptions.MaxBatchSegments"/> 1 means one segment in each call, as FunASR does on a CPU; other values do not act. For comparison only.
    /// </summary>
    Reference,
}

/// <summary>How segments are put together for the recogniser.</summary>
public sealed record BatchOptions
{
    /// <summary>FunASR's rule with its defaults for accelerators: 300 s in a batch, segments of 60 s close theirs.</summary>
    public static BatchOptions FunAsr { get; } = new() { Rule = BatchRule.Reference, MaxBatchSeconds = 300, LongSegmentSeconds = 60, MaxBatchSegments = 256 };

    /// <summary>By what rule a batch is closed.</summary>
    [EnumDataType(typeof(BatchRule))]
    public BatchRule Rule { get; init; } = BatchRule.CloseBefore;

    /// <summary>Seconds of audio, padding included, in one call of the recogniser. Never exceeded, except by one segment that is longer alone.</summary>
    [Range(1.0, 3600.0)]
    public double MaxBatchSeconds { get; init; } = 60;

    /// <summary>Segments in one call of the recogniser.</summary>
    [Range(1, 256)]
    public int MaxBatchSegments { get; init; } = 4;

    /// <summary>Segments of at least so many seconds go alone: attention costs grow with the square of the length.</summary>
    [Range(1.0, 3600.0)]
    public double LongSegmentSeconds { get; init; } = 30;

    /// <summary>Largest share of padding in a batch: segments are as long as the longest. 1 is no limit.</summary>
    [Range(0.0, 1.0)]
    public double MaxPadding { get; init; } = 1;

    /// <summary>Checks all ranges at once.</summary>
    /// <exception cref="ArgumentException">Something is out of range; the message lists all of it.</exception>
    public void ThrowIfInvalid() => OptionsCheck.ThrowIfInvalid(this);
}
