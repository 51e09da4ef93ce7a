using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Parley.Audio;

namespace Parley.Features;

/// <summary>The tables for frames of one length, and the computation. Immutable; safe for concurrent calls.</summary>
/// <remarks>
/// Every lane of a vector carries a frame of its own, so that each step reads like its scalar equation, no step mixes frames,
/// and a result does not depend on how many frames are computed together.
/// </remarks>
internal sealed class FbankPlan
{
    /// <summary>Energies below this are raised to it before the logarithm (single-precision epsilon, 2^-23).</summary>
    public const float EnergyFloor = 1.1920929e-07f;

    private readonly float[] _window;
    private readonly RealFft _fft;
    private readonly MelBank _mel;
    private readonly float _scale;
    private readonly float _preEmphasis;

    public FbankPlan(FbankOptions options, int frameSamples)
    {
        _window = BuildWindow(options.Window, frameSamples);
        _fft = new RealFft((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(frameSamples, 4)));
        _mel = new MelBank(options.Bins, options.LowHz, options.HighHz, _fft.Size, AudioClock.SampleRateHz);
        _scale = options.Scale;
        _preEmphasis = options.PreEmphasis;
    }

    /// <summary>Computes as many frames as <paramref name="frames"/> holds; frame t starts at sample 160 t.</summary>
    public void Compute(ReadOnlySpan<float> samples, Span<float> frames)
    {
        int dim = _mel.Bins, lanes = Vector<float>.Count, half = _fft.Size / 2, count = frames.Length / dim;
        // The frame's samples are done with when the power spectrum comes, and the spectrum when the mel energies are out.
        int frameRows = Math.Max(_window.Length, half);
        float[] rented = ArrayPool<float>.Shared.Rent((frameRows + _fft.Size + dim) * lanes);
        Span<Vector<float>> scratch = MemoryMarshal.Cast<float, Vector<float>>(rented.AsSpan());
        Span<Vector<float>> frame = scratch[..frameRows];
        Span<Vector<float>> real = scratch.Slice(frameRows, half);
        Span<Vector<float>> imaginary = scratch.Slice(frameRows + half, half);
        Span<Vector<float>> energies = scratch.Slice(frameRows + _fft.Size, dim);

        for (int first = 0; first < count; first += lanes)
        {
            int used = Math.Min(lanes, count - first);
            Spread(samples[(first * AudioClock.FrameShiftSamples)..], used, frame);
            Window(frame, real, imaginary);
            _fft.PowerSpectrum(real, imaginary, frame[..half]);
            _mel.Apply(frame[..half], energies);
            Collect(energies, frames.Slice(first * dim, used * dim), used);
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    private static float[] BuildWindow(FbankWindow window, int length)
    {
        float[] values = new float[length];
        for (int n = 0; n < length; n++)
        {
            double cosine = Math.Cos(2 * Math.PI * n / (length - 1));
            values[n] = (float)(window switch
            {
                FbankWindow.Hamming => 0.54 - (0.46 * cosine),
                FbankWindow.Povey => Math.Pow(0.5 - (0.5 * cosine), 0.85),
                _ => throw new ArgumentOutOfRangeException(nameof(window), window, "Unknown window."),
            });
        }

        return values;
    }

    // frame[n] = sample n of every lane's frame, scaled; lanes without a frame are silent.
    private void Spread(ReadOnlySpan<float> samples, int used, Span<Vector<float>> frame)
    {
        Span<float> flat = MemoryMarshal.Cast<Vector<float>, float>(frame);
        for (int lane = 0; lane < Vector<float>.Count; lane++)
        {
            if (lane >= used)
            {
                for (int n = 0; n < _window.Length; n++)
                    flat[(n * Vector<float>.Count) + lane] = 0;
                continue;
            }

            ReadOnlySpan<float> source = samples.Slice(lane * AudioClock.FrameShiftSamples, _window.Length);
            for (int n = 0; n < source.Length; n++)
                flat[(n * Vector<float>.Count) + lane] = source[n] * _scale;
        }
    }

    // Removes the mean, applies pre-emphasis and window, zero-pads, and lays sample pairs out as the transform wants them.
    private void Window(ReadOnlySpan<Vector<float>> frame, Span<Vector<float>> real, Span<Vector<float>> imaginary)
    {
        int length = _window.Length;
        Vector<float> even = default, odd = default;
        for (int n = 0; n + 1 < length; n += 2)
        {
            even += frame[n];
            odd += frame[n + 1];
        }

        if (int.IsOddInteger(length))
            even += frame[length - 1];
        Vector<float> mean = (even + odd) / length;

        ReadOnlySpan<int> order = _fft.LoadOrder;
        Vector<float> previous = frame[0] - mean; // the first sample precedes itself
        for (int pair = 0; pair < order.Length; pair++)
        {
            int n = 2 * pair;
            real[order[pair]] = Next(frame, n, mean, ref previous);
            imaginary[order[pair]] = Next(frame, n + 1, mean, ref previous);
        }
    }

    private Vector<float> Next(ReadOnlySpan<Vector<float>> frame, int n, Vector<float> mean, ref Vector<float> previous)
    {
        if (n >= _window.Length)
            return default;
        Vector<float> sample = frame[n] - mean;
        Vector<float> emphasised = (sample - (previous * _preEmphasis)) * _window[n];
        previous = sample;
        return emphasised;
    }

    private static void Collect(ReadOnlySpan<Vector<float>> energies, Span<float> frames, int used)
    {
        ReadOnlySpan<float> flat = MemoryMarshal.Cast<Vector<float>, float>(energies);
        for (int lane = 0; lane < used; lane++)
        {
            Span<float> row = frames.Slice(lane * energies.Length, energies.Length);
            for (int bin = 0; bin < row.Length; bin++)
                row[bin] = Math.Max(flat[(bin * Vector<float>.Count) + lane], EnergyFloor);
            // Row by row: the vectorised logarithm treats the tail of a span differently, and rows must not depend on their neighbours.
            TensorPrimitives.Log(row, row);
        }
    }
}
