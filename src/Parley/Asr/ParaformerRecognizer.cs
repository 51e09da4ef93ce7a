using Parley.Features;
using Parley.Inference;
using Parley.Models;

namespace Parley.Asr;

/// <summary>Speech recognition with Paraformer: features, network, best classes, times, words. Safe for concurrent calls.</summary>
public sealed class ParaformerRecognizer : ISpeechRecognizer
{
    private readonly ModelSession _session;
    private readonly ParaformerModel _model;
    private readonly Cmvn _cmvn;
    private readonly Vocabulary _vocabulary;
    private readonly bool _likeReference;
    private readonly ModelSession? _hotwordSession;
    private readonly HotwordBias? _hotwords;
    private long _faultySegments;

    /// <summary>Puts the parts together.</summary>
    /// <param name="session">A Paraformer export (<c>model.onnx</c>); from here on it belongs to the recogniser.</param>
    /// <param name="cmvn">Normalisation of rows of 560 values, from the model's <c>am.mvn</c>.</param>
    /// <param name="vocabulary">The model's tokens.</param>
    /// <param name="options">How its output becomes words.</param>
    /// <param name="hotwordSession">
    /// The network that embeds hotwords (<c>model_eb.onnx</c>); needed by models with the input <c>bias_embed</c>. From here on it belongs to the recogniser, too.
    /// </param>
    /// <param name="segmentDictionaryPath">Pieces of words for hotwords (<c>seg_dict</c>); null when the model has none.</param>
    /// <exception cref="ModelFileException">The file is another model, the vocabulary belongs to another one, or the network for hotwords is missing or another one.</exception>
    public ParaformerRecognizer(
        ModelSession session, Cmvn cmvn, Vocabulary vocabulary, ParaformerOptions options, ModelSession? hotwordSession = null, string? segmentDictionaryPath = null)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(cmvn);
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNotEqual(cmvn.Dim, EncoderBatch.FeatureSize);
        (_session, _cmvn, _vocabulary) = (session, cmvn, vocabulary);
        _model = new ParaformerModel(session);
        _likeReference = options.ReferenceCompatible;
        vocabulary.RequireClasses(_model.Classes, session.ModelPath);
        if (_model.HotwordSize is not { } size)
            return;
        if (hotwordSession is null)
        {
            string message = $"{session.ModelPath} takes hotwords (input {ParaformerModel.BiasEmbed}): put model_eb.onnx of the same model beside it.";
            throw new ModelFileException(session.ModelPath, message);
        }

        _hotwordSession = hotwordSession;
        _hotwords = new HotwordBias(hotwordSession, size, new HotwordTokenizer(vocabulary, segmentDictionaryPath));
    }

    /// <summary>The model file.</summary>
    public string ModelPath => _session.ModelPath;

    /// <summary>The device that runs it.</summary>
    public string Device => _session.Device;

    /// <summary>Whether word times come from the model; without it, words share their segment evenly.</summary>
    public bool HasTimestamps => _model.HasTimestamps;

    /// <summary>Segments so far whose scores were no numbers; each is empty in its result and says so.</summary>
    public long FaultySegments => Interlocked.Read(ref _faultySegments);

    /// <inheritdoc/>
    public bool TakesHotwords => _hotwords is not null;

    /// <inheritdoc/>
    public IReadOnlyList<HotwordOutcome> Prepare(RecognitionWish wish, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(wish);
        return Biases(wish, cancellationToken)?.Outcomes ?? [];
    }

    /// <inheritdoc/>
    public IReadOnlyList<RecognizedSegment> Recognize(IReadOnlyList<SpeechSegment> batch, RecognitionWish wish, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(wish);
        cancellationToken.ThrowIfCancellationRequested();
        PreparedHotwords? hotwords = Biases(wish, cancellationToken);
        RecognizedSegment[] results = [.. batch.Select(segment => new RecognizedSegment(segment.Index, []))];
        int[] positions = EncoderBatch.Positions(batch);
        if (positions.Length == 0)
            return results;

        using EncoderBatch rows = new(batch, positions, _cmvn, _session.Limits.PadFrames);
        using ParaformerOutput output = _model.Run(rows, hotwords?.Rows, cancellationToken);
        _vocabulary.RequireClasses(output.Classes, ModelPath);
        for (int i = 0; i < positions.Length; i++)
            results[positions[i]] = Decode(output, i, batch[positions[i]]);
        return results;
    }

    /// <summary>Unloads the model.</summary>
    public void Dispose()
    {
        _session.Dispose();
        _hotwordSession?.Dispose();
    }

    private PreparedHotwords? Biases(RecognitionWish wish, CancellationToken cancellationToken)
        => _hotwords?.For(wish.Hotwords, cancellationToken)
            ?? (wish.Hotwords.Count == 0 ? null : throw new RecognitionWishException($"{ModelPath} takes no hotwords. Leave them out, or use a SeACo or contextual Paraformer."));

    private RecognizedSegment Decode(ParaformerOutput output, int item, SpeechSegment segment)
    {
        int[] ids = new int[output.TokenCount(item)];
        float[] probabilities = new float[ids.Length];
        if (!GreedyDecoder.TryDecode(output.Logits(item), output.Classes, ids, probabilities))
        {
            Interlocked.Increment(ref _faultySegments);
            return new RecognizedSegment(segment.Index, [])
            {
                Fault = $"{ModelPath} on {Device} gave scores that are no numbers for segment {segment.Index} "
                    + $"({segment.Bounds.StartMs} to {segment.Bounds.EndMs} ms).",
            };
        }

        List<Word> words = _likeReference
            ? DecodeLikeReference(output, item, segment, ids, probabilities)
            : DecodeWords(output, item, segment, ids, probabilities);
        int startMs = segment.Bounds.StartMs;
        return new RecognizedSegment(segment.Index, [.. words.Select(word => word with { StartMs = startMs + word.StartMs, EndMs = startMs + word.EndMs })]);
    }

    /// <summary>Every place keeps its time until the end, so a marker in the middle takes its own time with it.</summary>
    private List<Word> DecodeWords(ParaformerOutput output, int item, SpeechSegment segment, int[] ids, float[] probabilities)
    {
        // The last place is the end of the sentence, for which the timestamp head has a fire but no stretch.
        int places = ids is [.., SpecialTokens.EndId] ? ids.Length - 1 : ids.Length;
        TokenTime[] times = new TokenTime[places];
        if (_model.HasTimestamps)
            TokenTimes.FromCif(output.Alphas(item), output.Peaks(item), output.UpsampleTimes, segment.Bounds.DurationMs, times);
        AsrToken[] tokens = [.. Enumerable.Range(0, places)
            .Where(place => ids[place] >= SpecialTokens.FirstTextId)
            .Select(place => new AsrToken(_vocabulary.Tokens[ids[place]], times[place].StartMs, times[place].EndMs, probabilities[place]))];
        if (!_model.HasTimestamps)
            TokenTimes.Spread(tokens, segment.Bounds.DurationMs);
        return TokenJoiner.Join(tokens);
    }

    private List<Word> DecodeLikeReference(ParaformerOutput output, int item, SpeechSegment segment, int[] ids, float[] probabilities)
    {
        int[] kept = [.. Enumerable.Range(0, ids.Length).Where(place => ids[place] >= SpecialTokens.FirstTextId)];
        List<TokenTime> times;
        if (_model.HasTimestamps)
        {
            times = TokenTimes.FromCifLikeReference(output.Alphas(item), output.Peaks(item), kept.Length, output.UpsampleTimes);
        }
        else
        {
            TokenTime[] even = new TokenTime[kept.Length];
            TokenTimes.Spread(0, segment.Bounds.DurationMs, even);
            times = [.. even];
        }

        ReferenceText text = ReferenceTokenJoiner.Join([.. kept.Select(place => _vocabulary.Tokens[ids[place]])], times);
        float confidence = kept.Length == 0 ? 0 : kept.Average(place => probabilities[place]);
        List<Word> words = [];
        foreach (string word in text.Words)
        {
            int latest = words.Count == 0 ? 0 : words[^1].EndMs;
            TokenTime time = words.Count < text.Times!.Count ? text.Times[words.Count] : new TokenTime(latest, latest);
            words.Add(new Word(word, time.StartMs, time.EndMs, confidence));
        }

        return words;
    }
}
