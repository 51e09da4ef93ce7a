using Parley.Audio;

namespace Parley.Speakers;

/// <summary>A short piece of a speech segment that gets one voice embedding. Everything in samples at 16 kHz, but for the segment's start.</summary>
/// <param name="SegmentStartMs">Where the segment starts in the recording, in milliseconds.</param>
/// <param name="Offset">First sample of the window, counted from the segment's start.</param>
/// <param name="Length">Samples of the segment in the window, at most <see cref="FullLength"/>; the rest is filled with zeros.</param>
public readonly record struct SpeakerWindow(int SegmentStartMs, int Offset, int Length)
{
    /// <summary>Samples of a full window: 1.5 s.</summary>
    public const int FullLength = 24_000;

    /// <summary>Samples from one window to the next: 0.75 s.</summary>
    public const int Hop = 12_000;

    /// <summary>First sample, counted from the start of the recording.</summary>
    public long FirstSample => ((long)SegmentStartMs * AudioClock.SamplesPerMillisecond) + Offset;

    /// <summary>Zeros behind the samples.</summary>
    public int Padding => FullLength - Length;

    /// <summary>Start in seconds, added up as the reference does it: the sum of two rounded quotients.</summary>
    public double StartSeconds => (SegmentStartMs / 1000.0) + (Offset / (double)AudioClock.SampleRateHz);

    /// <summary>End in seconds, without the padding.</summary>
    public double EndSeconds => (SegmentStartMs / 1000.0) + ((Offset + Length) / (double)AudioClock.SampleRateHz);

    /// <summary>Cuts a segment into windows (<c>sv_chunk</c>): every 0.75 s one of 1.5 s; the last is moved back so that it ends with the segment.</summary>
    /// <param name="segmentStartMs">Start of the segment in the recording, in milliseconds.</param>
    /// <param name="samples">Samples of the segment.</param>
    /// <returns>Windows in time order: one for up to 1.5 s, else 1 + ceil((samples - 24000) / 12000); none for an empty segment.</returns>
    public static IReadOnlyList<SpeakerWindow> Cut(int segmentStartMs, int samples)
    {
        List<SpeakerWindow> windows = [];
        int lastEnd = 0;
        for (int start = 0; start < samples; start += Hop)
        {
            int end = Math.Min(start + FullLength, samples);
            if (end <= lastEnd)
                break;
            lastEnd = end;
            int from = Math.Max(0, end - FullLength);
            windows.Add(new SpeakerWindow(segmentStartMs, from, end - from));
        }

        return windows;
    }
}
