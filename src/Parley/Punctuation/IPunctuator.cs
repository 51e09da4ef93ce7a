namespace Parley.Punctuation;

/// <summary>What follows a word. The values up to 5 are the class numbers of CT-Transformer.</summary>
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

    /// <summary>！ or ! (no class of CT-Transformer; recognisers that punctuate write it).</summary>
    Exclamation = 6,
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

    /// <summary>Starts on a text that comes in pieces.</summary>
    IPunctuationStream OpenStream();
}

/// <summary>A text on its way through the punctuator. Not safe for concurrent calls.</summary>
/// <remarks>However the text is cut into pieces, its marks are those that <see cref="IPunctuator.Punctuate"/> gives for the whole.</remarks>
public interface IPunctuationStream
{
    /// <summary>Takes further words.</summary>
    /// <param name="words">Words in order, as the recogniser gave them.</param>
    /// <param name="cancellationToken">Checked between model calls.</param>
    /// <returns>Marks that have been settled by now, one for each of the next words that had none yet; what follows cannot change them any more.</returns>
    /// <exception cref="Inference.InferenceException">The model run failed; the message names the model.</exception>
    IReadOnlyList<PunctuationMark> Push(IReadOnlyList<string> words, CancellationToken cancellationToken);

    /// <summary>Ends the text.</summary>
    /// <param name="cancellationToken">Checked between model calls.</param>
    /// <returns>The marks of all words that had none yet; the last one ends a sentence.</returns>
    /// <exception cref="Inference.InferenceException">The model run failed; the message names the model.</exception>
    IReadOnlyList<PunctuationMark> Complete(CancellationToken cancellationToken);
}
