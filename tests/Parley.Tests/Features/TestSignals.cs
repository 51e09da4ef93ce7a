namespace Parley.Tests.Features;

/// <summary>Signals that tests make themselves; the same for the same seed.</summary>
internal static class TestSignals
{
    /// <summary>Noise whose loudness moves, with a tone in it: no frame resembles another.</summary>
    public static float[] Lively(int samples, int seed = 1)
    {
        Random random = new(seed);
        float[] signal = new float[samples];
        for (int n = 0; n < samples; n++)
        {
            double loudness = 0.3 * (1.1 + Math.Sin(n / 1700.0));
            signal[n] = (float)(loudness * ((0.5 * Math.Sin(n * 0.11)) + (random.NextDouble() - 0.5)));
        }

        return signal;
    }

    /// <summary>Cuts a signal into blocks of random length, 0 to <paramref name="longest"/>.</summary>
    public static IEnumerable<Range> RandomBlocks(int samples, int longest, int seed)
    {
        Random random = new(seed);
        for (int start = 0; start < samples;)
        {
            int end = Math.Min(samples, start + random.Next(0, longest + 1));
            yield return start..end;
            start = end;
        }
    }
}
