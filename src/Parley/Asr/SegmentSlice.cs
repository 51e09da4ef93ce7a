using Parley.Audio;
using Parley.Vad;

namespace Parley.Asr;

/// <summary>Where a segment lies in the recording's samples and frames.</summary>
/// <param name="FirstSample">First sample.</param>
/// <param name="SampleCount">Samples; 0 when the recording ends before the segment begins.</param>
/// <param name="FirstFrame">First fbank frame.</param>
/// <param name="FrameCount">Fbank frames that lie in these samples as a whole.</param>
public readonly record struct SegmentSlice(long FirstSample, int SampleCount, long FirstFrame, int FrameCount)
{
    /// <summary>Cuts a segment out of a recording.</summary>
    /// <param name="segment">Its bounds; the end may lie up to a frame behind the recording's.</param>
    /// <param name="totalSamples">Samples of the recording, at 16 kHz.</param>
    public static SegmentSlice Of(VadSegment segment, long totalSamples)
    {
        long first = Math.Min((long)segment.StartMs * AudioClock.SamplesPerMillisecond, totalSamples);
        long end = Math.Clamp((long)segment.EndMs * AudioClock.SamplesPerMillisecond, first, totalSamples);
        return new SegmentSlice(first, (int)(end - first), segment.StartMs / AudioClock.FrameShiftMs, (int)AudioClock.FrameCount(end - first));
    }
}
