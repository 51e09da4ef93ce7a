namespace Parley.Punctuation;

/// <summary>Answers one call of the network.</summary>
/// <param name="firstToken">Index of the first token that it sees.</param>
/// <param name="marks">Receives a mark for each token from there on, shape [tokens of the call].</param>
internal delegate void MarkClassifier(int firstToken, Span<int> marks);

/// <summary>A text's marks.</summary>
/// <param name="Marks">One per token (see <see cref="MarkClasses"/>).</param>
/// <param name="BlockStarts">First token of each block, in order; a block is what one call settled for good.</param>
internal sealed record DecodedMarks(int[] Marks, IReadOnlyList<int> BlockStarts);

/// <summary>Feeds a long text to the network in small calls; what follows the last sentence end of a call is asked again with more context.</summary>
/// <remarks>Reference: CTTransformer.inference with split_to_mini_sentence and the sentence cache.</remarks>
internal static class MarkDecoder
{
    // The reference never splits after the first two tokens of a call, nor after the last.
    private const int FirstSplit = 2;

    /// <summary>Punctuates <paramref name="tokenCount"/> tokens.</summary>
    public static DecodedMarks Decode(int tokenCount, PunctuationOptions options, MarkClassifier classify, CancellationToken cancellationToken)
    {
        bool compatible = options.Compatibility != PunctuationCompatibility.None;
        int[] marks = new int[tokenCount];
        List<int> blockStarts = [];
        int start = 0;
        for (int end = 0; end < tokenCount;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            end = Math.Min(end + options.ChunkTokens, tokenCount);
            Span<int> call = marks.AsSpan(start, end - start);
            classify(start, call);
            if (!compatible)
                call.Replace(MarkClasses.Unknown, MarkClasses.None);

            int settled = end == tokenCount ? call.Length : Settle(call, options, bounded: !compatible);
            if (settled > 0)
                blockStarts.Add(start);
            start += settled;
        }

        return new DecodedMarks(marks, blockStarts);
    }

    /// <summary>How many tokens of a call, from its start, need no further context.</summary>
    private static int Settle(Span<int> call, PunctuationOptions options, bool bounded)
    {
        int comma = -1;
        for (int i = call.Length - 2; i >= FirstSplit; i--)
        {
            if (MarkClasses.EndsSentence(call[i]))
                return i + 1;
            if (comma < 0 && call[i] == MarkClasses.Comma)
                comma = i;
        }

        if (comma >= 0 && call.Length > options.CommaContextTokens)
        {
            call[comma] = MarkClasses.Period;
            return comma + 1;
        }

        // The newest chunk stays as context; the next call then holds two chunks.
        bool full = bounded && call.Length + options.ChunkTokens > options.MaxContextTokens;
        return full ? Math.Max(call.Length - options.ChunkTokens, 1) : 0;
    }
}
