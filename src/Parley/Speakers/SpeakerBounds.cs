namespace Parley.Speakers;

/// <summary>How many speakers a clustering may find.</summary>
/// <param name="Min">At least so many.</param>
/// <param name="Max">At most so many.</param>
internal readonly record struct SpeakerBounds(int Min, int Max)
{
    /// <summary>Reads the caller's wish; nobody can find more speakers than there are windows.</summary>
    /// <param name="count">The wish.</param>
    /// <param name="maxSpeakers">Upper bound when the wish has none.</param>
    /// <param name="windows">Windows of the recording, at least one.</param>
    /// <exception cref="ArgumentException">The wish contradicts itself.</exception>
    public static SpeakerBounds From(SpeakerCount count, int maxSpeakers, int windows)
    {
        Check(count);
        int min = count.Exact ?? count.Min ?? 1;
        int max = count.Exact ?? count.Max ?? Math.Max(maxSpeakers, min);
        return new SpeakerBounds(Math.Min(min, windows), Math.Min(max, windows));
    }

    /// <summary>Refuses a wish that contradicts itself.</summary>
    /// <exception cref="ArgumentException">It does.</exception>
    public static void Check(SpeakerCount count)
    {
        if (count.Exact is not null && (count.Min is not null || count.Max is not null))
            throw new ArgumentException($"An exact number of speakers ({count.Exact}) excludes a minimum or maximum.", nameof(count));
        if (count.Exact < 1 || count.Min < 1 || count.Max < 1)
            throw new ArgumentException($"The number of speakers must be at least 1; got {count}.", nameof(count));
        if (count.Min > count.Max)
            throw new ArgumentException($"At least {count.Min} and at most {count.Max} speakers exclude each other.", nameof(count));
    }
}
