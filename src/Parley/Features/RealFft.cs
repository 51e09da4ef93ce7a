using System.Numerics;

namespace Parley.Features;

/// <summary>Power spectrum of real signals, one signal per vector lane. Plan and twiddle factors are built once; safe for concurrent calls.</summary>
/// <remarks>
/// N real samples are transformed as N/2 complex ones, z[p] = x[2p] + i x[2p + 1], by a radix-2 decimation in time (Cooley and Tukey, 1965),
/// and taken apart with X[k] = (Z[k] + Z*[N/2 - k]) / 2 - i e^(-2πik/N) (Z[k] - Z*[N/2 - k]) / 2.
/// </remarks>
internal sealed class RealFft
{
    private readonly int[] _loadOrder;
    private readonly float[] _cosine; // of 2πk / N, k < N / 2
    private readonly float[] _sine;

    /// <summary>Plans a transform.</summary>
    /// <param name="size">Real samples N, a power of two, at least 4.</param>
    public RealFft(int size)
    {
        if (size < 4 || !BitOperations.IsPow2(size))
            throw new ArgumentOutOfRangeException(nameof(size), size, "The size must be a power of two, at least 4.");
        Size = size;
        int half = size / 2, bits = BitOperations.Log2((uint)half);
        _loadOrder = new int[half];
        _cosine = new float[half];
        _sine = new float[half];
        for (int k = 0; k < half; k++)
        {
            for (int bit = 0; bit < bits; bit++)
                _loadOrder[k] |= ((k >> bit) & 1) << (bits - 1 - bit);
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * k / size);
            (_sine[k], _cosine[k]) = ((float)sine, (float)cosine);
        }
    }

    /// <summary>Real samples N.</summary>
    public int Size { get; }

    /// <summary>Where the sample pair p has to be put: even sample in the real part, odd sample in the imaginary part; shape [N / 2].</summary>
    public ReadOnlySpan<int> LoadOrder => _loadOrder;

    /// <summary>Computes |X[k]|² for k = 0 .. N/2 - 1.</summary>
    /// <param name="real">Even samples in <see cref="LoadOrder"/>, shape [N / 2]; overwritten.</param>
    /// <param name="imaginary">Odd samples likewise.</param>
    /// <param name="power">Receives the spectrum, shape [N / 2].</param>
    public void PowerSpectrum(Span<Vector<float>> real, Span<Vector<float>> imaginary, Span<Vector<float>> power)
    {
        int half = Size / 2;
        real = real[..half];
        imaginary = imaginary[..half];
        power = power[..half];
        for (int span = 1; span < half; span *= 2)
        {
            int step = half / span; // e^(-πi k / span) = e^(-2πi (k step) / N)
            for (int k = 0; k < span; k++)
            {
                Vector<float> cosine = new(_cosine[k * step]), sine = new(_sine[k * step]);
                for (int a = k; a + span < half; a += 2 * span)
                {
                    int b = a + span;
                    Vector<float> turnedReal = (real[b] * cosine) + (imaginary[b] * sine);
                    Vector<float> turnedImaginary = (imaginary[b] * cosine) - (real[b] * sine);
                    real[b] = real[a] - turnedReal;
                    imaginary[b] = imaginary[a] - turnedImaginary;
                    real[a] += turnedReal;
                    imaginary[a] += turnedImaginary;
                }
            }
        }

        Vector<float> direct = real[0] + imaginary[0];
        power[0] = direct * direct;
        Vector<float> quarter = new(0.25f);
        for (int k = 1; k < half; k++)
        {
            int mirror = half - k;
            Vector<float> evenReal = real[k] + real[mirror], evenImaginary = imaginary[k] - imaginary[mirror];
            Vector<float> oddReal = imaginary[k] + imaginary[mirror], oddImaginary = real[mirror] - real[k];
            Vector<float> x = evenReal + (oddReal * _cosine[k]) + (oddImaginary * _sine[k]);
            Vector<float> y = evenImaginary + (oddImaginary * _cosine[k]) - (oddReal * _sine[k]);
            power[k] = ((x * x) + (y * y)) * quarter;
        }
    }
}
