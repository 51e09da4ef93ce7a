using Parley.Audio;
using Parley.Tests.Features;
using Parley.Tests.Golden;

namespace Parley.Tests.Audio;

public sealed class ResamplerTests
{
    public static TheoryData<int> Rates => [8000, 11_025, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000, 1000, 15_999, 16_001, 384_000];

    [Theory]
    [MemberData(nameof(Rates))]
    public void Read_matches_the_formula(int rate)
    {
        float[] signal = TestSignals.Lively(rate / 20);

        float[] actual = Resample(rate, [signal]);

        Close.Within(2e-6, Formula(signal, rate), actual, columns: 1, $"{rate} Hz"); // single precision here, double there
    }

    [Theory]
    [InlineData(8000)]
    [InlineData(44_100)]
    [InlineData(48_000)]
    [InlineData(96_000)]
    public void Blocks_of_any_size_give_the_same_bits(int rate)
    {
        float[] signal = TestSignals.Lively(20_011);
        float[] whole = Resample(rate, [signal]);
        foreach (int longest in new[] { 1, 2, 61, 4096 })
            Resample(rate, TestSignals.RandomBlocks(signal.Length, longest, seed: longest).Select(block => signal[block]), longest).ShouldBe(whole);
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void Length_is_rounded_up(int rate)
    {
        foreach (int length in new[] { 0, 1, 2, 3, 159, 160, 161, 1234 })
            Resample(rate, [new float[length]]).Length.ShouldBe((int)(((16_000L * length) + rate - 1) / rate), $"{length} samples at {rate} Hz");
    }

    [Theory]
    [InlineData(8000, 1000)]
    [InlineData(44_100, 1000)]
    [InlineData(44_100, 4000)]
    [InlineData(48_000, 4000)]
    [InlineData(96_000, 3000)]
    public void Sine_below_the_cut_off_stays_a_sine(int rate, double hertz)
    {
        float[] signal = [.. Enumerable.Range(0, rate).Select(n => (float)Math.Sin(2 * Math.PI * hertz * n / rate))];

        float[] actual = Resample(rate, [signal]);

        actual.Length.ShouldBe(16_000);
        float[] expected = [.. Enumerable.Range(0, 16_000).Select(n => (float)Math.Sin(2 * Math.PI * hertz * n / 16_000))];
        Close.Within(0.01, expected.AsSpan(200..^200), actual.AsSpan(200..^200), columns: 1); // the filter's own ripple
    }

    [Fact]
    public void Sine_above_the_half_rate_disappears()
    {
        float[] signal = [.. Enumerable.Range(0, 48_000).Select(n => (float)Math.Sin(2 * Math.PI * 11_000 * n / 48_000))];
        Resample(48_000, [signal])[200..^200].Max(Math.Abs).ShouldBeLessThan(0.005f);
    }

    [Fact]
    public void Right_rate_passes_untouched()
    {
        byte[] wave = WaveBytes.Tone(16_000);
        float[] expected = [.. Enumerable.Range(0, 40_000).Select(n => BitConverter.ToInt16(wave, 44 + (2 * n)) / 32_768f)];
        AudioTesting.ReadAll(wave).ShouldBe(expected);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData(768_001)]
    public void Absurd_rates_are_refused(int rate) => Should.Throw<ArgumentOutOfRangeException>(() => new Resampler(rate));

    [Fact]
    public void Read_allocates_nothing_once_it_runs()
    {
        Resampler resampler = new(44_100);
        float[] input = TestSignals.Lively(4410), output = new float[1600];
        void Step()
        {
            resampler.Push(input);
            while (resampler.Read(output) > 0)
            {
                // Nothing may stay behind.
            }
        }

        Step();
        Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            Step();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static float[] Resample(int rate, IEnumerable<float[]> blocks, int readAtOnce = 777)
    {
        Resampler resampler = new(rate);
        List<float> samples = [];
        float[] output = new float[readAtOnce];
        void Drain()
        {
            for (int read; (read = resampler.Read(output)) > 0;)
                samples.AddRange(output.AsSpan(0, read));
        }

        foreach (float[] block in blocks)
        {
            resampler.Push(block);
            Drain();
        }

        resampler.Complete();
        Drain();
        return [.. samples];
    }

    // The definition, sample by sample over the whole recording, in double precision.
    private static float[] Formula(float[] x, int rate)
    {
        int g = Gcd(rate, 16_000), o = rate / g, n = 16_000 / g;
        double cutoff = Math.Min(o, n) * 0.99;
        int width = (int)Math.Ceiling(6 * o / cutoff);
        float[] y = new float[(int)((((long)n * x.Length) + o - 1) / o)];
        for (int m = 0; m < y.Length; m++)
        {
            int k = m / n, j = m % n;
            double sum = 0;
            for (int i = -width; i < width + o; i++)
            {
                long at = ((long)k * o) + i;
                if (at < 0 || at >= x.Length)
                    continue;
                double t = Math.Clamp((((double)i / o) - ((double)j / n)) * cutoff, -6, 6);
                double sinc = t == 0 ? 1 : Math.Sin(Math.PI * t) / (Math.PI * t);
                sum += sinc * Math.Pow(Math.Cos(Math.PI * t / 12), 2) * cutoff / o * x[at];
            }

            y[m] = (float)sum;
        }

        return y;
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}
