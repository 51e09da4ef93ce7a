using System.Runtime.InteropServices;

namespace Parley.Punctuation;

/// <summary>
/// Feeds a text to the network in small calls as it comes; what follows the last sentence end of a call is asked again with more context.
/// However the text is cut into pieces, the calls and the marks are those of the whole text. Not safe for concurrent calls.
/// </summary>
/// <remarks>Reference: CTTransformer.inference with split_to_mini_sentence and the sentence cache.</remarks>
/// <param name="options">How the network is asked.</param>
/// <param name="classify">The network.</param>
internal sealed class MarkStream(PunctuationOptions options, MarkClassifier classify)
{
    // The reference never splits after the first two tokens of a call, nor after the last.
    private const int FirstSplit = 2;

    private readonly bool _compatible = options.Compatibility != PunctuationCompatibility.None;
    private readonly List<int> _marks = [];
    private readonly List<int> _blockStarts = [];
    private int _end;

    /// <summary>Tokens from the start whose marks are settled for good.</summary>
    public int Settled { get; private set; }

    /// <summary>A mark for each settled token.</summary>
    public ReadOnlySpan<int> Marks => CollectionsMarshal.AsSpan(_marks)[..Settled];

    /// <summary>First token of each block; a block is what one call settled.</summary>
    public IReadOnlyList<int> BlockStarts => _blockStarts;

    /// <summary>Asks about further tokens, as far as it can be asked without knowing what follows.</summary>
    /// <param name="tokenCount">Tokens of the text so far; never fewer than before.</param>
    /// <param name="isWhole">Whether that is all of it.</param>
    /// <param name="cancellationToken">Checked between calls. After an exception the stream can go on.</param>
    public void Advance(int tokenCount, bool isWhole, CancellationToken cancellationToken)
    {
        // The last call must know that it is the last: a chunk that fills up exactly waits for more.
        while (isWhole ? _end < tokenCount : _end + options.ChunkTokens < tokenCount)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int end = Math.Min(_end + options.ChunkTokens, tokenCount);
            CollectionsMarshal.SetCount(_marks, end);
            Span<int> call = CollectionsMarshal.AsSpan(_marks)[Settled..];
            classify(Settled, call);
            if (!_compatible)
                call.Replace(MarkClasses.Unknown, MarkClasses.None);

            _end = end;
            int settled = isWhole && end == tokenCount ? call.Length : Settle(call);
            if (settled > 0)
                _blockStarts.Add(Settled);
            Settled += settled;
        }
    }

    /// <summary>How many tokens of a call, from its start, need no further context.</summary>
    private int Settle(Span<int> call)
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
        bool full = !_compatible && call.Length + options.ChunkTokens > options.MaxContextTokens;
        return full ? Math.Max(call.Length - options.ChunkTokens, 1) : 0;
    }
}
