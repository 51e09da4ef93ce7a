namespace Parley.Audio;

/// <summary>The one clock of the pipeline: 16 kHz samples, 10 ms frames, milliseconds.</summary>
/// <remarks>Everything after <see cref="AudioSource"/> is mono at this rate; other rates are resampled once, at the entrance.</remarks>
public static class AudioClock
{
    /// <summary>Samples in a second.</summary>
    public const int SampleRateHz = 16_000;

    /// <summary>Samples in a millisecond.</summary>
    public const int SamplesPerMillisecond = SampleRateHz / 1000;

    /// <summary>Samples of one analysis frame (25 ms).</summary>
    public const int FrameSamples = 400;

    /// <summary>Samples between the starts of two frames (10 ms).</summary>
    public const int FrameShiftSamples = 160;

    /// <summary>Milliseconds between the starts of two frames.</summary>
    public const int FrameShiftMs = 10;

    /// <summary>Whole frames in so many samples: 0 below 400, else 1 + (samples - 400) / 160 (edges are snipped).</summary>
    public static long FrameCount(long samples) => samples < FrameSamples ? 0 : 1 + ((samples - FrameSamples) / FrameShiftSamples);

    /// <summary>The length of so many samples.</summary>
    public static TimeSpan ToTime(long samples) => TimeSpan.FromTicks(samples * (TimeSpan.TicksPerSecond / SampleRateHz));
}
