namespace Parley.Audio;

/// <summary>How loud a recording is over its length: what a picture of it is drawn from. Immutable.</summary>
/// <param name="Duration">Length of what was read.</param>
/// <param name="Peaks">Largest magnitudes of equal stretches of time, the last of which may be shorter; in [0, 1].</param>
public sealed record Waveform(TimeSpan Duration, IReadOnlyList<float> Peaks)
{
    /// <summary>Peaks that are measured at most.</summary>
    public const int MaxPeaks = 4096;

    private const int BlockSamples = 1 << 14;

    /// <summary>Reads a recording to its end. Memory does not grow with it: when there are too many stretches, they become twice as long.</summary>
    /// <param name="audio">Stands at its start; stays the caller's.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AudioDecodeException">It cannot be read to its end.</exception>
    public static Waveform Measure(AudioSource audio, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(audio);
        float[] peaks = new float[MaxPeaks], block = new float[BlockSamples];
        long stretch = 1, samples = 0;
        int count = 0; // peaks begun
        for (int read; (read = audio.Read(block, cancellationToken)) > 0;)
        {
            foreach (float sample in block.AsSpan(0, read))
            {
                if (samples++ % stretch == 0)
                {
                    if (count == MaxPeaks)
                    {
                        Halve(peaks);
                        (count, stretch) = (MaxPeaks / 2, stretch * 2);
                    }

                    peaks[count++] = 0;
                }

                float magnitude = Math.Min(1, Math.Abs(sample));
                if (magnitude > peaks[count - 1])
                    peaks[count - 1] = magnitude;
            }
        }

        return new Waveform(AudioClock.ToTime(samples), peaks[..count]);
    }

    /// <summary>The same in fewer stretches.</summary>
    /// <param name="points">Peaks at most, at least 1.</param>
    public Waveform AtMost(int points)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(points);
        if (Peaks.Count <= points)
            return this;
        float[] fewer = new float[points];
        for (int i = 0; i < points; i++)
        {
            int first = (int)((long)i * Peaks.Count / points), end = (int)((i + 1L) * Peaks.Count / points);
            for (int peak = first; peak < end; peak++)
                fewer[i] = Math.Max(fewer[i], Peaks[peak]);
        }

        return this with { Peaks = fewer };
    }

    private static void Halve(float[] peaks)
    {
        for (int i = 0; i < peaks.Length / 2; i++)
            peaks[i] = Math.Max(peaks[2 * i], peaks[(2 * i) + 1]);
    }
}
