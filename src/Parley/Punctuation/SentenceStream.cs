using Parley.Asr;

namespace Parley.Punctuation;

/// <summary>Words that come in pieces, to sentences: each as soon as its marks are settled. Not safe for concurrent calls.</summary>
/// <remarks>The sentences are those that <see cref="SentenceBuilder.Build"/> makes of the whole text.</remarks>
internal sealed class SentenceStream(IPunctuationStream punctuation)
{
    private readonly List<Sentence> _all = [];

    // From the first word that stands in no sentence yet; the first of them may have marks already.
    private readonly List<Word> _words = [];
    private readonly List<PunctuationMark> _marks = [];

    /// <summary>All sentences so far.</summary>
    public IReadOnlyList<Sentence> All => _all;

    /// <summary>Takes further words; gives the sentences that are settled by now.</summary>
    public IReadOnlyList<Sentence> Push(IReadOnlyList<Word> words, CancellationToken cancellationToken)
    {
        _words.AddRange(words);
        _marks.AddRange(punctuation.Push([.. words.Select(word => word.Text)], cancellationToken));
        return Close(_marks.FindLastIndex(mark => mark != PunctuationMark.None) + 1);
    }

    /// <summary>Ends the text; gives the remaining sentences.</summary>
    public IReadOnlyList<Sentence> Complete(CancellationToken cancellationToken)
    {
        _marks.AddRange(punctuation.Complete(cancellationToken));
        return Close(_words.Count);
    }

    private IReadOnlyList<Sentence> Close(int count)
    {
        IReadOnlyList<Sentence> closed = SentenceBuilder.Build(_words.GetRange(0, count), _marks.GetRange(0, count));
        _words.RemoveRange(0, count);
        _marks.RemoveRange(0, count);
        _all.AddRange(closed);
        return closed;
    }
}
