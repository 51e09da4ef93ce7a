namespace Parley.Asr;

/// <summary>Puts segments together for the recogniser. Deterministic.</summary>
public static class BatchPlanner
{
    /// <summary>Plans the calls of the recogniser.</summary>
    /// <param name="segments">A group of segments, in any order.</param>
    /// <param name="options">Limits and rule.</param>
    /// <returns>Batches, the shortest segments first; every segment is in exactly one. <see cref="RecognizedSegment.Index"/> restores the order.</returns>
    public static IReadOnlyList<IReadOnlyList<SpeechSegment>> Plan(IReadOnlyList<SpeechSegment> segments, BatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(segments);
        int[] durations = [.. segments.Select(segment => segment.Bounds.DurationMs)];
        return [.. Plan(durations, options).Select(batch => (IReadOnlyList<SpeechSegment>)[.. batch.Select(position => segments[position])])];
    }

    /// <summary>Plans by lengths alone.</summary>
    /// <param name="durationsMs">Length of each segment in milliseconds.</param>
    /// <param name="options">Limits and rule.</param>
    /// <returns>Positions in <paramref name="durationsMs"/>.</returns>
    public static IReadOnlyList<IReadOnlyList<int>> Plan(IReadOnlyList<int> durationsMs, BatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(durationsMs);
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid();
        long limitMs = (long)(options.MaxBatchSeconds * 1000), longMs = (long)(options.LongSegmentSeconds * 1000);
        if (options.Rule == BatchRule.Reference)
            return ReferenceBatching.Plan(durationsMs, options.MaxBatchSegments == 1 ? 0 : limitMs, longMs);

        List<IReadOnlyList<int>> batches = [];
        List<int> open = [];
        long openMs = 0;
        foreach (int position in ByLength(durationsMs))
        {
            long duration = durationsMs[position];
            long paddedMs = duration * (open.Count + 1);
            bool fits = open.Count < options.MaxBatchSegments && duration < longMs && paddedMs <= limitMs && paddedMs - openMs - duration <= options.MaxPadding * paddedMs;
            if (open.Count > 0 && !fits)
            {
                batches.Add(open);
                (open, openMs) = ([], 0);
            }

            open.Add(position);
            openMs += duration;
        }

        if (open.Count > 0)
            batches.Add(open);
        return batches;
    }

    /// <summary>Positions from the shortest to the longest; equal lengths keep their order.</summary>
    internal static IEnumerable<int> ByLength(IReadOnlyList<int> durationsMs)
        => Enumerable.Range(0, durationsMs.Count).OrderBy(position => durationsMs[position]);
}
