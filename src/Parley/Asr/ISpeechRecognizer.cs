namespace Parley.Asr;

/// <summary>A word of the transcript: one Chinese character, or one English word.</summary>
/// <param name="Text">As spoken, without blanks around it.</param>
/// <param name="StartMs">Milliseconds from the start of the recording.</param>
/// <param name="EndMs">Milliseconds from the start of the recording; never before <paramref name="StartMs"/>.</param>
/// <param name="Confidence">Probability that the model gave its best tokens, in [0, 1]; the mean over the word's tokens.</param>
public sealed record Word(string Text, int StartMs, int EndMs, float Confidence);

/// <summary>What was said in one segment.</summary>
/// <param name="Index">The segment's number.</param>
/// <param name="Words">Words in time order; empty when nothing was recognised.</param>
public sealed record RecognizedSegment(int Index, IReadOnlyList<Word> Words)
{
    /// <summary>Why the segment has no words although the model ran; null when all is well (which includes a segment in which nothing was said).</summary>
    public string? Fault { get; init; }

    /// <summary>The mark that the recogniser wrote behind each word, as many as words, empty where there is none; null when it writes none.</summary>
    public IReadOnlyList<string>? Marks { get; init; }

    /// <summary>What else the recogniser heard; null from recognisers that tell nothing but words.</summary>
    public SpeechTags? Tags { get; init; }
}

/// <summary>Turns speech into words with times. Safe for concurrent calls.</summary>
public interface ISpeechRecognizer : IDisposable
{
    /// <summary>Whether its words have figures where <see cref="RecognitionWish.Itn"/> asks for them; otherwise numbers come as they are spoken.</summary>
    bool WritesFigures => false;

    /// <summary>Whether it can be told of words that are likely to be said.</summary>
    bool TakesHotwords => false;

    /// <summary>Checks a wish before the recording is read, and makes ready what it needs.</summary>
    /// <param name="wish">What is wished of the words.</param>
    /// <param name="cancellationToken">Ends a running model call as well.</param>
    /// <returns>What becomes of each hotword, in order; empty without any.</returns>
    /// <exception cref="RecognitionWishException">It cannot be done.</exception>
    IReadOnlyList<HotwordOutcome> Prepare(RecognitionWish wish, CancellationToken cancellationToken) => [];

    /// <summary>Recognises segments together.</summary>
    /// <param name="batch">Segments of similar length; the planner keeps them within <see cref="BatchOptions"/>.</param>
    /// <param name="wish">What is wished of the words; the same for all batches of a recording.</param>
    /// <param name="cancellationToken">Ends a running model call as well.</param>
    /// <returns>One result per segment, in the order of <paramref name="batch"/>.</returns>
    /// <exception cref="Inference.InferenceException">The model run failed; the message names the model.</exception>
    IReadOnlyList<RecognizedSegment> Recognize(IReadOnlyList<SpeechSegment> batch, RecognitionWish wish, CancellationToken cancellationToken);
}
