namespace Parley.Asr;

/// <summary>What a recogniser says about speech besides its words. Immutable.</summary>
public sealed record SpeechTags
{
    /// <summary>Language that was heard, such as <c>zh</c>, <c>en</c>, <c>yue</c>, <c>ja</c>, <c>ko</c>; null when the model heard none.</summary>
    public string? Language { get; init; }

    /// <summary>Emotion in the voice, such as <c>neutral</c>, <c>happy</c>, <c>sad</c>, <c>angry</c>; null when the model does not know.</summary>
    public string? Emotion { get; init; }

    /// <summary>Sounds that were heard, such as <c>speech</c>, <c>bgm</c>, <c>laughter</c>, <c>applause</c>; empty when the model does not know.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>What is said of speech that has several: language and emotion of most of it (of equals the first), all events in order.</summary>
    /// <param name="parts">One for each word or another equal share; null for parts of which nothing is known.</param>
    /// <returns>Null when nothing is known of any.</returns>
    internal static SpeechTags? Join(IEnumerable<SpeechTags?> parts)
    {
        SpeechTags[] known = [.. parts.OfType<SpeechTags>()];
        if (known.Length == 0 || known.All(tags => ReferenceEquals(tags, known[0])))
            return known.FirstOrDefault();
        return new SpeechTags
        {
            Language = Most(known.Select(tags => tags.Language)),
            Emotion = Most(known.Select(tags => tags.Emotion)),
            Events = [.. known.SelectMany(tags => tags.Events).Distinct(StringComparer.Ordinal)],
        };
    }

    /// <summary>Whether another one says the same.</summary>
    public bool Equals(SpeechTags? other)
        => other is not null && string.Equals(Language, other.Language, StringComparison.Ordinal) && string.Equals(Emotion, other.Emotion, StringComparison.Ordinal)
            && Events.SequenceEqual(other.Events, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Language, Emotion, Events.Count);

    private static string? Most(IEnumerable<string?> values) => values.OfType<string>().GroupBy(value => value, StringComparer.Ordinal).MaxBy(group => group.Count())?.Key;
}
