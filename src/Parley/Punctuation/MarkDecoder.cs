namespace Parley.Punctuation;

/// <summary>Answers one call of the network.</summary>
/// <param name="firstToken">Index of the first token that it sees.</param>
/// <param name="marks">Receives a mark for each token from there on, shape [tokens of the call].</param>
internal delegate void MarkClassifier(int firstToken, Span<int> marks);

/// <summary>A text's marks.</summary>
/// <param name="Marks">One per token (see <see cref="MarkClasses"/>).</param>
/// <param name="BlockStarts">First token of each block, in order; a block is what one call settled for good.</param>
internal sealed record DecodedMarks(int[] Marks, IReadOnlyList<int> BlockStarts);

/// <summary>Punctuates a text that is there as a whole.</summary>
internal static class MarkDecoder
{
    /// <summary>Punctuates <paramref name="tokenCount"/> tokens; see <see cref="MarkStream"/>.</summary>
    public static DecodedMarks Decode(int tokenCount, PunctuationOptions options, MarkClassifier classify, CancellationToken cancellationToken)
    {
        MarkStream stream = new(options, classify);
        stream.Advance(tokenCount, isWhole: true, cancellationToken);
        return new DecodedMarks(stream.Marks.ToArray(), stream.BlockStarts);
    }
}
