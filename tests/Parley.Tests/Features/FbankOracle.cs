using System.Numerics;
using Parley.Features;

namespace Parley.Tests.Features;

/// <summary>Fbank as its equations stand: scalar, double precision, a discrete Fourier transform by definition. Slow and plain on purpose.</summary>
internal static class FbankOracle
{
    public static float[] Compute(ReadOnlySpan<float> samples, FbankOptions options)
    {
        int frames = samples.Length < 400 ? 0 : 1 + ((samples.Length - 400) / 160);
        float[] result = new float[frames * options.Bins];
        for (int t = 0; t < frames; t++)
            Frame(samples.Slice(160 * t, 400), options, result.AsSpan(t * options.Bins, options.Bins));
        return result;
    }

    private static void Frame(ReadOnlySpan<float> samples, FbankOptions options, Span<float> bins)
    {
        double[] s = new double[400];
        for (int n = 0; n < 400; n++)
            s[n] = (double)samples[n] * options.Scale;
        double mean = s.Average();
        for (int n = 0; n < 400; n++)
            s[n] -= mean;
        for (int n = 399; n >= 1; n--)
            s[n] -= options.PreEmphasis * s[n - 1];
        s[0] -= options.PreEmphasis * s[0];
        for (int n = 0; n < 400; n++)
        {
            double cosine = Math.Cos(2 * Math.PI * n / 399);
            s[n] *= options.Window == FbankWindow.Hamming ? 0.54 - (0.46 * cosine) : Math.Pow(0.5 - (0.5 * cosine), 0.85);
        }

        double[] power = new double[256];
        for (int k = 0; k < 256; k++)
        {
            Complex sum = Complex.Zero;
            for (int n = 0; n < 400; n++)
                sum += s[n] * Complex.FromPolarCoordinates(1, -2 * Math.PI * k * n / 512);
            power[k] = (sum.Real * sum.Real) + (sum.Imaginary * sum.Imaginary);
        }

        double low = Mel(options.LowHz), width = (Mel(options.HighHz) - low) / (options.Bins + 1);
        for (int b = 0; b < options.Bins; b++)
        {
            double left = low + (b * width), right = left + (2 * width), energy = 0;
            for (int k = 0; k < 256; k++)
            {
                double mel = Mel(31.25 * k);
                energy += power[k] * Math.Max(0, Math.Min((mel - left) / width, (right - mel) / width));
            }

            bins[b] = (float)Math.Log(Math.Max(energy, 1.1920929e-07));
        }
    }

    private static double Mel(double hertz) => 1127 * Math.Log(1 + (hertz / 700));
}
