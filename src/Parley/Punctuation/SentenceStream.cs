using Parley.Asr;

namespace Parley.Punctuation;

/// <summary>
/// Words that come in pieces, to sentences: each as soon as its marks are settled. Marks are those that the recogniser wrote, where it writes any;
/// else those of the punctuation model; without one, each segment is a sentence. Not safe for concurrent calls.
/// </summary>
/// <remarks>With a model, the sentences are those that <see cref="SentenceBuilder.Build"/> makes of the whole text.</remarks>
/// <param name="punctuation">The model; null when there is none.</param>
internal sealed class SentenceStream(IPunctuationStream? punctuation)
{
    private readonly List<Sentence> _all = [];

    // From the first word that stands in no sentence yet; the first of them may have marks already.
    private readonly List<Word> _words = [];
    private readonly List<SpeechTags?> _tags = [];
    private readonly List<PunctuationMark> _marks = [];

    /// <summary>All sentences so far.</summary>
    public IReadOnlyList<Sentence> All => _all;

    /// <summary>Whether marks come from the model: not where there is none, or the recogniser writes them.</summary>
    public bool UsesModel { get; private set; } = punctuation is not null;

    /// <summary>Takes further segments; gives the sentences that are settled by now.</summary>
    public IReadOnlyList<Sentence> Push(IReadOnlyList<RecognizedSegment> segments, CancellationToken cancellationToken)
    {
        UsesModel &= !segments.Any(segment => segment.Marks is not null);
        if (punctuation is null || !UsesModel)
            return Keep([.. segments.SelectMany(SentenceBuilder.BuildSegment)]);

        foreach (RecognizedSegment segment in segments)
        {
            _words.AddRange(segment.Words);
            _tags.AddRange(segment.Words.Select(_ => segment.Tags));
        }

        _marks.AddRange(punctuation.Push([.. segments.SelectMany(segment => segment.Words).Select(word => word.Text)], cancellationToken));
        return Close(_marks.FindLastIndex(mark => mark != PunctuationMark.None) + 1);
    }

    /// <summary>Ends the text; gives the remaining sentences.</summary>
    public IReadOnlyList<Sentence> Complete(CancellationToken cancellationToken)
    {
        if (_words.Count > 0)
            _marks.AddRange(punctuation!.Complete(cancellationToken));
        return Close(_words.Count);
    }

    private IReadOnlyList<Sentence> Close(int count)
    {
        List<Sentence> closed = [];
        int at = 0;
        foreach (Sentence sentence in SentenceBuilder.Build(_words.GetRange(0, count), _marks.GetRange(0, count)))
        {
            closed.Add(sentence with { Tags = SpeechTags.Join(_tags.GetRange(at, sentence.Words.Count)) });
            at += sentence.Words.Count;
        }

        _words.RemoveRange(0, count);
        _tags.RemoveRange(0, count);
        _marks.RemoveRange(0, count);
        return Keep(closed);
    }

    private List<Sentence> Keep(List<Sentence> closed)
    {
        _all.AddRange(closed);
        return closed;
    }
}
