using Parley.Audio;

namespace Parley.Features;

/// <summary>
/// Fbank of a recording that comes in blocks of any size: the same frames, to the bit, as <see cref="FbankExtractor"/> gives for the whole.
/// Keeps less than one frame of samples. Not safe for concurrent calls.
/// </summary>
/// <param name="extractor">Computes the frames; may serve many streams.</param>
public sealed class FbankStream(FbankExtractor extractor)
{
    // Samples from the start of the first frame that is not complete.
    private readonly float[] _tail = new float[AudioClock.FrameSamples];
    private int _tailCount;
    private bool _hasFrames;
    private bool _completed;

    /// <summary>Values of one frame.</summary>
    public int Dim => extractor.Dim;

    /// <summary>Frames that so many more samples complete.</summary>
    public int CountFrames(int samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        return (int)AudioClock.FrameCount((long)_tailCount + samples);
    }

    /// <summary>Takes the next samples and computes the frames that they complete.</summary>
    /// <param name="samples">Mono samples in [-1, 1] at 16 kHz, following those pushed before, shape [samples].</param>
    /// <param name="frames">Receives the frames, row-major; at least shape [CountFrames(samples.Length), Dim].</param>
    /// <returns>Frames written.</returns>
    /// <exception cref="InvalidOperationException">The recording was completed.</exception>
    public int Push(ReadOnlySpan<float> samples, Span<float> frames)
    {
        if (_completed)
            throw new InvalidOperationException("The recording was completed; open a new stream for the next one.");
        int count = CountFrames(samples.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames.Length, count * Dim);

        // Frames that begin in the tail see both sides of the joint; the others lie in the new samples as they are.
        int joint = Math.Min(count, (_tailCount + AudioClock.FrameShiftSamples - 1) / AudioClock.FrameShiftSamples);
        if (joint > 0)
        {
            Span<float> joined = stackalloc float[AudioClock.FrameSamples * 2];
            int length = ((joint - 1) * AudioClock.FrameShiftSamples) + AudioClock.FrameSamples;
            _tail.AsSpan(0, _tailCount).CopyTo(joined);
            samples[..(length - _tailCount)].CopyTo(joined[_tailCount..]);
            extractor.Compute(joined[..length], frames[..(joint * Dim)]);
        }

        if (count > joint)
        {
            int start = (joint * AudioClock.FrameShiftSamples) - _tailCount;
            int length = ((count - joint - 1) * AudioClock.FrameShiftSamples) + AudioClock.FrameSamples;
            extractor.Compute(samples.Slice(start, length), frames[(joint * Dim)..(count * Dim)]);
        }

        Keep(samples, count * AudioClock.FrameShiftSamples);
        _hasFrames |= count > 0;
        return count;
    }

    /// <summary>Ends the recording.</summary>
    /// <param name="frames">Receives the one frame of a recording that is too short for any, at least shape [1, Dim]; see <see cref="FbankOptions.ShortFrameAsReference"/>.</param>
    /// <returns>Frames written, 0 or 1; always 0 without that option.</returns>
    public int Complete(Span<float> frames)
    {
        bool shortFrame = !_completed && !_hasFrames && extractor.HasShortFrame(_tailCount);
        _completed = true;
        if (!shortFrame)
            return 0;
        extractor.Compute(_tail.AsSpan(0, _tailCount), frames[..Dim]);
        return 1;
    }

    // Drops the first samples of tail and block together, and keeps the rest.
    private void Keep(ReadOnlySpan<float> samples, int dropped)
    {
        int fromTail = Math.Max(0, _tailCount - dropped);
        _tail.AsSpan(_tailCount - fromTail, fromTail).CopyTo(_tail);
        ReadOnlySpan<float> rest = samples[Math.Max(0, dropped - _tailCount)..];
        rest.CopyTo(_tail.AsSpan(fromTail));
        _tailCount = fromTail + rest.Length;
    }
}
