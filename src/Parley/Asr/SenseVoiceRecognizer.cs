using Parley.Features;
using Parley.Inference;
using Parley.Models;

namespace Parley.Asr;

/// <summary>
/// Speech recognition with SenseVoice: several languages, tags for language, emotion and sounds, and, with inverse text normalisation, marks and figures.
/// Safe for concurrent calls.
/// </summary>
public sealed class SenseVoiceRecognizer : ISpeechRecognizer
{
    // Milliseconds of one encoder frame, and how much earlier than its start a token is heard.
    private const int FrameMs = 60, LeadMs = 30;

    private readonly ModelSession _session;
    private readonly SenseVoiceModel _model;
    private readonly Cmvn _cmvn;
    private readonly Vocabulary _vocabulary;
    private readonly SenseVoiceText _text;
    private readonly bool _alwaysMarks;
    private long _faultySegments;

    /// <summary>Puts the parts together.</summary>
    /// <param name="session">A SenseVoice export (<c>model.onnx</c>); from here on it belongs to the recogniser.</param>
    /// <param name="cmvn">Normalisation of rows of 560 values, from the model's <c>am.mvn</c>.</param>
    /// <param name="vocabulary">The model's tokens.</param>
    /// <param name="alwaysMarks">
    /// Whether the model is asked for marks even where no inverse text normalisation is wished, because nobody else sets them; it then writes figures, too.
    /// </param>
    /// <exception cref="ModelFileException">The file is another model, or the vocabulary belongs to another one.</exception>
    public SenseVoiceRecognizer(ModelSession session, Cmvn cmvn, Vocabulary vocabulary, bool alwaysMarks)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(cmvn);
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentOutOfRangeException.ThrowIfNotEqual(cmvn.Dim, EncoderBatch.FeatureSize);
        (_session, _cmvn, _vocabulary, _alwaysMarks) = (session, cmvn, vocabulary, alwaysMarks);
        _model = new SenseVoiceModel(session);
        _text = new SenseVoiceText(vocabulary);
        vocabulary.RequireClasses(_model.Classes, session.ModelPath);
    }

    /// <inheritdoc/>
    public bool WritesFigures => true;

    /// <summary>The model file.</summary>
    public string ModelPath => _session.ModelPath;

    /// <summary>The device that runs it.</summary>
    public string Device => _session.Device;

    /// <summary>Segments so far whose scores were no numbers; each is empty in its result and says so.</summary>
    public long FaultySegments => Interlocked.Read(ref _faultySegments);

    /// <inheritdoc/>
    public IReadOnlyList<RecognizedSegment> Recognize(IReadOnlyList<SpeechSegment> batch, RecognitionWish wish, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(wish);
        cancellationToken.ThrowIfCancellationRequested();
        RecognizedSegment[] results = [.. batch.Select(segment => new RecognizedSegment(segment.Index, []))];
        int[] positions = EncoderBatch.Positions(batch);
        if (positions.Length == 0)
            return results;

        bool itn = wish.Itn || _alwaysMarks;
        using EncoderBatch rows = new(batch, positions, _cmvn, _session.Limits.PadFrames);
        using SenseVoiceOutput output = _model.Run(rows, wish.Language, itn, cancellationToken);
        _vocabulary.RequireClasses(output.Classes, ModelPath);
        for (int i = 0; i < positions.Length; i++)
            results[positions[i]] = Decode(output, i, batch[positions[i]], itn);
        return results;
    }

    /// <summary>Unloads the model.</summary>
    public void Dispose() => _session.Dispose();

    private RecognizedSegment Decode(SenseVoiceOutput output, int item, SpeechSegment segment, bool withMarks)
    {
        ReadOnlySpan<float> scores = output.Scores(item);
        int[] ids = new int[output.FrameCount(item)];
        float[] probabilities = new float[ids.Length];
        if (!GreedyDecoder.TryDecode(scores, output.Classes, ids, probabilities))
        {
            Interlocked.Increment(ref _faultySegments);
            return new RecognizedSegment(segment.Index, [])
            {
                Fault = $"{ModelPath} on {Device} gave scores that are no numbers for segment {segment.Index} "
                    + $"({segment.Bounds.StartMs} to {segment.Bounds.EndMs} ms).",
            };
        }

        ReadOnlySpan<int> spoken = ids.AsSpan(SenseVoiceModel.TagFrames);
        CtcSymbol[] symbols = [.. CtcDecoder.Collapse(spoken, probabilities.AsSpan(SenseVoiceModel.TagFrames), SenseVoiceText.Blank).Where(symbol => _text.IsText(symbol.Id))];
        MarkedWords joined = PieceJoiner.Join(Timed(symbols, scores[(SenseVoiceModel.TagFrames * output.Classes)..], output.Classes, spoken.Length, segment.Bounds.DurationMs));
        int startMs = segment.Bounds.StartMs;
        return new RecognizedSegment(segment.Index, [.. joined.Words.Select(word => word with { StartMs = startMs + word.StartMs, EndMs = startMs + word.EndMs })])
        {
            Marks = withMarks ? joined.Marks : null,
            Tags = _text.Tags(ids.AsSpan(0, SenseVoiceModel.TagFrames)),
        };
    }

    /// <summary>Tokens with the times of the frames in which the best way through the scores speaks them.</summary>
    private AsrToken[] Timed(CtcSymbol[] symbols, ReadOnlySpan<float> scores, int classes, int frames, int durationMs)
    {
        int[] path = new int[frames];
        AsrToken[] tokens = [.. symbols.Select(symbol => new AsrToken(_text[symbol.Id], 0, 0, symbol.Probability))];
        if (!CtcAlignment.TryAlign(scores, classes, SenseVoiceText.Blank, [.. symbols.Select(symbol => symbol.Id)], path))
        {
            TokenTimes.Spread(tokens, durationMs);
            return tokens;
        }

        for (int start = 0, end; start < frames; start = end)
        {
            for (end = start + 1; end < frames && path[end] == path[start]; end++)
            {
            }

            if (path[start] is var token and not CtcAlignment.Nothing)
                tokens[token] = tokens[token] with { StartMs = Time(start), EndMs = Time(end) };
        }

        return tokens;

        int Time(int frame) => Math.Clamp((frame * FrameMs) - LeadMs, 0, Math.Max(0, Math.Min((frames * FrameMs) - LeadMs, durationMs)));
    }
}
