using Parley.Asr;

namespace Parley.Speakers;

/// <summary>What the caller knows about the number of speakers. All null: nothing.</summary>
/// <param name="Exact">Exactly so many; excludes the other two.</param>
/// <param name="Min">At least so many.</param>
/// <param name="Max">At most so many.</param>
public sealed record SpeakerCount(int? Exact = null, int? Min = null, int? Max = null)
{
    /// <summary>Nothing is known.</summary>
    public static SpeakerCount Unknown { get; } = new();
}

/// <summary>One speaker talking, half-open [StartSeconds, EndSeconds), in seconds from the start of the recording.</summary>
/// <param name="StartSeconds">Start.</param>
/// <param name="EndSeconds">End.</param>
/// <param name="Speaker">Number of the speaker, from 0, by first appearance.</param>
public readonly record struct SpeakerTurn(double StartSeconds, double EndSeconds, int Speaker);

/// <summary>Who spoke when.</summary>
/// <param name="Turns">In time order, never overlapping.</param>
/// <param name="SpeakerCount">Speakers found; turns number them 0 .. SpeakerCount - 1.</param>
public sealed record Diarization(IReadOnlyList<SpeakerTurn> Turns, int SpeakerCount);

/// <summary>Finds out who spoke when. Safe for concurrent use: all state lives in the streams it opens.</summary>
public interface ISpeakerDiarizer : IDisposable
{
    /// <summary>Starts on a new recording.</summary>
    IDiarizationStream OpenStream();
}

/// <summary>One recording on its way through the diarizer; keeps embeddings and times only. Not safe for concurrent calls.</summary>
public interface IDiarizationStream
{
    /// <summary>Computes the voice embeddings of a segment. Segments come in time order.</summary>
    /// <exception cref="Inference.InferenceException">The model run failed; the message names the model.</exception>
    void Push(SpeechSegment segment, CancellationToken cancellationToken);

    /// <summary>The embeddings of everything that was pushed so far. They stay as they are when more is pushed.</summary>
    /// <exception cref="Inference.InferenceException">The model run failed; the message names the model.</exception>
    VoiceEmbeddings Embeddings(CancellationToken cancellationToken);

    /// <summary>Groups the embeddings into speakers. May be called again with another count: nothing is computed twice but the grouping.</summary>
    Diarization Complete(SpeakerCount count, CancellationToken cancellationToken);
}
