using System.ComponentModel.DataAnnotations;

namespace Parley.Asr;

/// <summary>How segments are put together for the recogniser.</summary>
public sealed record BatchOptions
{
    /// <summary>Seconds of audio, padding included, in one call of the recogniser. Never exceeded, except by one segment that is longer alone.</summary>
    [Range(1.0, 3600.0)]
    public double MaxBatchSeconds { get; init; } = 60;

    /// <summary>Segments in one call of the recogniser.</summary>
    [Range(1, 256)]
    public int MaxBatchSegments { get; init; } = 4;
}
