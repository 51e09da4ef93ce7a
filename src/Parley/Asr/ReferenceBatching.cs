using Parley.Vad;

namespace Parley.Asr;

/// <summary>How FunASR's <c>inference_with_vad</c> puts segments together. For comparison; <see cref="BatchPlanner"/> keeps its limits.</summary>
internal static class ReferenceBatching
{
    /// <summary>Plans the calls of the recogniser: the segment that trips the limit still joins its batch.</summary>
    /// <param name="durationsMs">Length of each segment in milliseconds.</param>
    /// <param name="batchMs">Audio in one batch, padding included; 0 for one segment in each call, as on the CPU.</param>
    /// <param name="longMs">A segment of this length closes its batch.</param>
    /// <returns>Positions in <paramref name="durationsMs"/>.</returns>
    public static IReadOnlyList<IReadOnlyList<int>> Plan(IReadOnlyList<int> durationsMs, long batchMs, long longMs)
    {
        List<IReadOnlyList<int>> batches = [];
        if (durationsMs.Count == 0)
            return batches;
        long limitMs = batchMs == 0 ? 0 : Math.Max(batchMs, durationsMs.Min());
        int[] sorted = [.. BatchPlanner.ByLength(durationsMs)];
        List<int> open = [];
        long longest = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            long duration = durationsMs[sorted[i]];
            open.Add(sorted[i]);
            long padded = Math.Max(longest, duration) * open.Count;
            longest = Math.Max(longest, duration);
            if (i < sorted.Length - 1 && duration < longMs && padded < limitMs)
                continue;
            batches.Add(open);
            open = [];
            longest = duration;
        }

        return batches;
    }

    /// <summary>Joins segments up to a length (<c>merge_vad</c>): the first begins at 0, pauses are included, and a cut may fall before a pause.</summary>
    /// <param name="segments">In time order.</param>
    /// <param name="maxMs">Length at which a joined segment is cut.</param>
    /// <param name="minMs">Shorter joined segments are dropped.</param>
    public static IReadOnlyList<VadSegment> Merge(IReadOnlyList<VadSegment> segments, int maxMs, int minMs)
    {
        if (segments.Count <= 1)
            return segments;
        int[] times = [.. segments.SelectMany(segment => (int[])[segment.StartMs, segment.EndMs]).Distinct().Order()];
        List<VadSegment> merged = [];
        int begin = 0;
        for (int i = 0; i + 1 < times.Length; i++)
        {
            if (times[i + 1] - begin < maxMs)
                continue;
            if (times[i] - begin > minMs)
                merged.Add(new VadSegment(begin, times[i]));
            begin = times[i];
        }

        merged.Add(new VadSegment(begin, times[^1]));
        return merged;
    }
}
