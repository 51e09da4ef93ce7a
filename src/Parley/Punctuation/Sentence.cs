using Parley.Asr;

namespace Parley.Punctuation;

/// <summary>Words up to and including a punctuation mark. The text is made of exactly these words; it cannot drift from them.</summary>
/// <param name="Text">Words joined, with the mark; trimmed.</param>
/// <param name="Words">At least one, in time order.</param>
/// <param name="Mark">The mark that closes it.</param>
public sealed record Sentence(string Text, IReadOnlyList<Word> Words, PunctuationMark Mark)
{
    /// <summary>What else the recogniser heard where it was said; null from recognisers that tell nothing but words.</summary>
    public SpeechTags? Tags { get; init; }

    /// <summary>Start of the first word, in milliseconds.</summary>
    public int StartMs => Words[0].StartMs;

    /// <summary>End of the last word, in milliseconds.</summary>
    public int EndMs => Words[^1].EndMs;
}
