using System.Text.Json.Serialization;

namespace Parley.Asr;

/// <summary>What is wished of the words of one recording, besides the words. Two wishes that ask for the same are equal. Immutable.</summary>
public sealed record RecognitionWish
{
    /// <summary>Nothing in particular.</summary>
    public static readonly RecognitionWish None = new();

    /// <summary>Words that are likely to be said, such as names; the recogniser prefers them where it hears something alike. Empty: none.</summary>
    public IReadOnlyList<string> Hotwords { get; init; } = [];

    /// <summary>The language that is spoken, as the model's own code; null: the model decides.</summary>
    public string? Language { get; init; }

    /// <summary>Numbers, dates and amounts in figures; false: in words, as they are spoken.</summary>
    public bool Itn { get; init; }

    /// <summary>Whether nothing in particular is wished.</summary>
    [JsonIgnore]
    public bool IsNone => Hotwords.Count == 0 && Language is null && !Itn;

    /// <summary>Whether another wish asks for the same: lists are equal when their words are, in order.</summary>
    public bool Equals(RecognitionWish? other)
        => other is not null && Itn == other.Itn && string.Equals(Language, other.Language, StringComparison.Ordinal)
            && Hotwords.SequenceEqual(other.Hotwords, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Itn);
        hash.Add(Language, StringComparer.Ordinal);
        foreach (string word in Hotwords)
            hash.Add(word, StringComparer.Ordinal);
        return hash.ToHashCode();
    }
}
