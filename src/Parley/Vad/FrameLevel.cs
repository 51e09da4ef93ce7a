using Parley.Audio;

namespace Parley.Vad;

/// <summary>The level of a frame in decibels, 10 log10(sum x² + 1e-6), of unscaled samples in [-1, 1] (ComputeDecibel of FSMN-VAD).</summary>
public static class FrameLevel
{
    /// <summary>Level of one frame of 400 samples.</summary>
    public static float Decibels(ReadOnlySpan<float> frame)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(frame.Length, AudioClock.FrameSamples);
        double energy = 0;
        foreach (float sample in frame)
            energy += (double)sample * sample;
        return (float)(10 * Math.Log10(energy + 1e-6));
    }
}
