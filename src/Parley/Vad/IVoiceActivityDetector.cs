namespace Parley.Vad;

/// <summary>A stretch of speech, half-open [StartMs, EndMs), in milliseconds from the start of the recording, multiples of 10.</summary>
public readonly record struct VadSegment(int StartMs, int EndMs)
{
    /// <summary>EndMs - StartMs.</summary>
    public int DurationMs => EndMs - StartMs;
}

/// <summary>Finds where people speak. Safe for concurrent use: all state lives in the streams it opens.</summary>
public interface IVoiceActivityDetector : IDisposable
{
    /// <summary>Starts on a new recording.</summary>
    IVoiceActivityStream OpenStream();
}

/// <summary>One recording on its way through the detector. Not safe for concurrent calls.</summary>
public interface IVoiceActivityStream
{
    /// <summary>
    /// First frame at which a segment that is not returned yet may begin. Audio and features before it are not needed any more.
    /// </summary>
    long EarliestOpenFrame { get; }

    /// <summary>Scores the next frames.</summary>
    /// <param name="fbank">Log-mel features on the 16-bit scale, before any normalisation, row-major, shape [T, 80], following the frames pushed before.</param>
    /// <param name="decibels">Level of each of these frames, shape [T] (see <see cref="FrameLevel"/>).</param>
    /// <param name="cancellationToken">Checked between model blocks.</param>
    /// <returns>Segments that are complete now, in time order, never overlapping.</returns>
    /// <exception cref="Inference.InferenceException">The model run failed; the message names the model.</exception>
    IReadOnlyList<VadSegment> Push(ReadOnlySpan<float> fbank, ReadOnlySpan<float> decibels, CancellationToken cancellationToken);

    /// <summary>Ends the recording and returns what was still open.</summary>
    IReadOnlyList<VadSegment> Complete(CancellationToken cancellationToken);
}
