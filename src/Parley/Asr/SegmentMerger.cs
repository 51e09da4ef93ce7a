using Parley.Vad;

namespace Parley.Asr;

/// <summary>Joins neighbouring segments, for models that gain from longer context.</summary>
public static class SegmentMerger
{
    /// <summary>Joins neighbours as long as they fit together.</summary>
    /// <remarks>Other than FunASR's <c>merge_vad</c>, a joined segment begins where its first segment begins, and cuts fall between segments.</remarks>
    /// <param name="segments">In time order, never overlapping.</param>
    /// <param name="maxMs">Longest joined segment, pauses included; a segment that is longer alone stays alone.</param>
    /// <returns>In time order, never overlapping.</returns>
    public static IReadOnlyList<VadSegment> Merge(IReadOnlyList<VadSegment> segments, int maxMs)
    {
        ArgumentNullException.ThrowIfNull(segments);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxMs);
        List<VadSegment> merged = [];
        foreach (VadSegment segment in segments)
        {
            if (merged.Count > 0 && segment.EndMs - merged[^1].StartMs <= maxMs)
                merged[^1] = merged[^1] with { EndMs = segment.EndMs };
            else
                merged.Add(segment);
        }

        return merged;
    }
}
