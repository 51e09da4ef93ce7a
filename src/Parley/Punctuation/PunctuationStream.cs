namespace Parley.Punctuation;

/// <summary>A text on its way through CT-Transformer: words become tokens, tokens get marks, and a word has that of its last token.</summary>
internal sealed class PunctuationStream : IPunctuationStream
{
    private readonly CtTransformerModel _model;
    private readonly PunctuationVocabulary _vocabulary;
    private readonly PunctuationOptions _options;
    private readonly int[] _marksByClass;
    private readonly MarkStream _marks;
    private readonly List<string> _tokens = [];
    private readonly List<int> _ids = [];

    // For each word its last token; -1 for a word that has none.
    private readonly List<int> _lastTokens = [];
    private CancellationToken _cancellationToken;
    private int _answered;

    public PunctuationStream(CtTransformerModel model, PunctuationVocabulary vocabulary, PunctuationOptions options, int[] marksByClass)
    {
        (_model, _vocabulary, _options, _marksByClass) = (model, vocabulary, options, marksByClass);
        _marks = new MarkStream(options, Classify);
    }

    /// <inheritdoc/>
    public IReadOnlyList<PunctuationMark> Push(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(words);
        foreach (string word in words)
        {
            int before = _tokens.Count;
            PunctuationTokenizer.Split(word, _tokens);
            for (int token = before; token < _tokens.Count; token++)
                _ids.Add(_vocabulary.IdOf(_tokens[token]));
            _lastTokens.Add(_tokens.Count > before ? _tokens.Count - 1 : -1);
        }

        Advance(isWhole: false, cancellationToken);
        return Answer(word => _lastTokens[word] < _marks.Settled, last: -1);
    }

    /// <inheritdoc/>
    public IReadOnlyList<PunctuationMark> Complete(CancellationToken cancellationToken)
    {
        Advance(isWhole: true, cancellationToken);
        return Answer(static _ => true, last: _tokens.Count - 1);
    }

    // A word without tokens has no mark of its own, but it is not told before it is known what becomes of the word before it.
    private List<PunctuationMark> Answer(Func<int, bool> isSettled, int last)
    {
        List<PunctuationMark> answer = [];
        for (; _answered < _lastTokens.Count && isSettled(_answered); _answered++)
        {
            int token = _lastTokens[_answered];
            int mark = token < 0 ? MarkClasses.None : _marks.Marks[token];
            if (token >= 0 && token == last)
                mark = FinalMark.Apply(_tokens[token], mark, _options.Compatibility).Mark;

            // A word cannot carry the class for unknown.
            answer.Add(mark == MarkClasses.Unknown ? PunctuationMark.None : (PunctuationMark)mark);
        }

        return answer;
    }

    private void Advance(bool isWhole, CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        _marks.Advance(_tokens.Count, isWhole, cancellationToken);
    }

    private void Classify(int firstToken, Span<int> marks)
    {
        int[] ids = new int[marks.Length];
        _ids.CopyTo(firstToken, ids, 0, ids.Length);
        _model.Classify(ids, marks, _cancellationToken);
        foreach (ref int mark in marks)
            mark = _marksByClass[mark];
    }
}
