namespace Parley.Punctuation;

/// <summary>What follows a word. The values are the class numbers of CT-Transformer.</summary>
public enum PunctuationMark
{
    /// <summary>Nothing.</summary>
    None = 1,

    /// <summary>， or ,</summary>
    Comma = 2,

    /// <summary>。 or .</summary>
    Period = 3,

    /// <summary>？ or ?</summary>
    Question = 4,

    /// <summary>、 (between the items of a list)</summary>
    EnumerationComma = 5,
}

/// <summary>Decides which mark follows each word. Safe for concurrent calls.</summary>
public interface IPunctuator : IDisposable
{
    /// <summary>Punctuates a whole text.</summary>
    /// <param name="words">Words in order, as the recogniser gave them; shape [n].</param>
    /// <param name="cancellationToken">Checked between model calls.</param>
    /// <returns>One mark per word, shape [n]; the last one ends a sentence.</returns>
    /// <exception cref="Inference.InferenceException">The model run failed; the message names the model.</exception>
    IReadOnlyList<PunctuationMark> Punctuate(IReadOnlyList<string> words, CancellationToken cancellationToken);
}
