using System.Numerics;

namespace Parley.Features;

/// <summary>Triangular filters, evenly spaced and linear on the mel scale, kept as the ranges where they are not zero. Immutable.</summary>
/// <remarks>mel(f) = 1127 ln(1 + f / 700); neighbouring triangles overlap by half; the heights are 1 (Kaldi, <c>htk_compat=false</c>).</remarks>
internal sealed class MelBank
{
    private readonly int[] _firstBin;    // [bins]
    private readonly int[] _firstWeight; // [bins + 1]
    private readonly float[] _weights;

    public MelBank(int bins, double lowHz, double highHz, int fftSize, int sampleRateHz)
    {
        Bins = bins;
        _firstBin = new int[bins];
        _firstWeight = new int[bins + 1];
        List<float> weights = [];
        double low = Mel(lowHz), width = (Mel(highHz) - low) / (bins + 1);
        for (int bin = 0; bin < bins; bin++)
        {
            double left = low + (bin * width), right = left + (2 * width);
            _firstWeight[bin] = weights.Count;
            for (int k = 0; k < fftSize / 2; k++)
            {
                double mel = Mel((double)k * sampleRateHz / fftSize);
                if (mel <= left || mel >= right)
                    continue;
                if (weights.Count == _firstWeight[bin])
                    _firstBin[bin] = k;
                weights.Add((float)Math.Min((mel - left) / width, (right - mel) / width));
            }
        }

        _firstWeight[bins] = weights.Count;
        _weights = [.. weights];
    }

    public int Bins { get; }

    /// <summary>Sums the power spectrum under each filter.</summary>
    /// <param name="power">Power spectrum, shape [fftSize / 2].</param>
    /// <param name="energies">Receives the energies, shape [Bins].</param>
    public void Apply(ReadOnlySpan<Vector<float>> power, Span<Vector<float>> energies)
    {
        for (int bin = 0; bin < energies.Length; bin++)
        {
            ReadOnlySpan<float> weights = _weights.AsSpan(_firstWeight[bin].._firstWeight[bin + 1]);
            ReadOnlySpan<Vector<float>> range = power.Slice(_firstBin[bin], weights.Length);
            Vector<float> sum = default;
            for (int i = 0; i < weights.Length; i++)
                sum += range[i] * weights[i];
            energies[bin] = sum;
        }
    }

    private static double Mel(double hertz) => 1127 * Math.Log(1 + (hertz / 700));
}
