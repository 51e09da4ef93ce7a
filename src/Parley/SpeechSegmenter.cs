using Parley.Asr;
using Parley.Audio;
using Parley.Features;
using Parley.Vad;

namespace Parley;

/// <summary>
/// Listens: audio in, speech segments out, each as soon as it is complete. Features are computed once, for the detector and the
/// recogniser alike. Holds the audio from the start of the open segment on and nothing before it. For one recording, one thread.
/// </summary>
internal sealed class SpeechSegmenter(FbankExtractor fbank, IVoiceActivityDetector vad, StageClock clock)
{
    // Long enough that a model call costs more than calling it, short enough that segments come out soon.
    private const int BlockSamples = 4 * AudioClock.SampleRateHz;

    private readonly FbankStream _features = new(fbank);
    private readonly RollingBuffer _samples = new();
    private readonly RollingBuffer _frames = new();
    private float[] _newFrames = [];
    private float[] _decibels = [];
    private int _segmentCount;

    /// <summary>Samples heard so far.</summary>
    public long SamplesHeard => _samples.End;

    /// <summary>Reads a recording to its end.</summary>
    /// <param name="audio">The recording.</param>
    /// <param name="heard">Told after each block how many samples have been heard.</param>
    /// <param name="cancellationToken">Checked between blocks and inside the model.</param>
    /// <returns>Segments in time order, never overlapping.</returns>
    public IEnumerable<SpeechSegment> Segments(AudioSource audio, Action<long> heard, CancellationToken cancellationToken)
    {
        IVoiceActivityStream stream = vad.OpenStream();
        float[] block = new float[BlockSamples];
        int read;
        do
        {
            read = ReadBlock(audio, block, cancellationToken);
            foreach (VadSegment segment in Detect(stream, block.AsMemory(0, read), isLast: read == 0, cancellationToken))
                yield return Cut(segment);
            _samples.DropBefore(stream.EarliestOpenFrame * AudioClock.FrameShiftSamples);
            _frames.DropBefore(stream.EarliestOpenFrame * fbank.Dim);
            heard(SamplesHeard);
        }
        while (read > 0);
    }

    // Short reads are joined: what the models see must not depend on how the decoder hands out its samples.
    private int ReadBlock(AudioSource audio, float[] block, CancellationToken cancellationToken)
    {
        using StageClock.Lap lap = clock.Run(PipelineStage.Audio);
        int filled = 0;
        while (filled < block.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = audio.Read(block.AsSpan(filled), cancellationToken);
            if (read == 0)
                break;
            filled += read;
        }

        return filled;
    }

    private IReadOnlyList<VadSegment> Detect(IVoiceActivityStream stream, ReadOnlyMemory<float> block, bool isLast, CancellationToken cancellationToken)
    {
        if (isLast)
        {
            using StageClock.Lap ending = clock.Run(PipelineStage.Vad);
            return stream.Complete(cancellationToken);
        }

        long firstFrame = _frames.End / fbank.Dim;
        int count = _features.CountFrames(block.Length);
        Span<float> frames, decibels;
        using (clock.Run(PipelineStage.Features))
        {
            _samples.Append(block.Span);
            frames = Reuse(ref _newFrames, count * fbank.Dim);
            _features.Push(block.Span, frames);
            _frames.Append(frames);
            decibels = Reuse(ref _decibels, count);
            for (int i = 0; i < count; i++)
                decibels[i] = FrameLevel.Decibels(_samples.View((firstFrame + i) * AudioClock.FrameShiftSamples, AudioClock.FrameSamples));
        }

        using StageClock.Lap lap = clock.Run(PipelineStage.Vad);
        return stream.Push(frames, decibels, cancellationToken);
    }

    // A fresh array for each block would fill the large object heap faster than it is cleared.
    private static Span<float> Reuse(ref float[] buffer, int length)
    {
        if (buffer.Length < length)
            buffer = new float[length];
        return buffer.AsSpan(0, length);
    }

    private SpeechSegment Cut(VadSegment segment)
    {
        SegmentSlice slice = SegmentSlice.Of(segment, _samples.End);
        return new SpeechSegment(
            _segmentCount++,
            segment,
            _samples.View(slice.FirstSample, slice.SampleCount).ToArray(),
            _frames.View(slice.FirstFrame * fbank.Dim, slice.FrameCount * fbank.Dim).ToArray());
    }
}
