using System.Numerics;

namespace Parley.Audio;

/// <summary>
/// Changes the sample rate to 16 kHz, block by block: the same samples, to the bit, whatever the size of the blocks. Not safe for concurrent calls.
/// </summary>
/// <remarks>
/// Windowed-sinc interpolation (Smith, "Digital Audio Resampling", 2002) with a Hann window, L = 6 zero crossings a side and the
/// cut-off at 0.99 of the lower half rate, as torchaudio's default. With g = gcd(rate, 16000), o = rate / g, n = 16000 / g and
/// base = 0.99 min(o, n), output k n + j is the sum over i of h(j, i) x[k o + i], where t = (i / o - j / n) base and
/// h(j, i) = sinc(t) cos²(π t / 2L) base / o for |t| &lt; L. Samples outside the recording are 0; ceil(n length / o) samples leave.
/// </remarks>
internal sealed class Resampler
{
    /// <summary>Lowest rate that is accepted.</summary>
    public const int MinRateHz = 1_000;

    /// <summary>Highest rate that is accepted.</summary>
    public const int MaxRateHz = 768_000;

    private const int ZeroCrossings = 6;
    private const double RollOff = 0.99;

    private readonly int _stride; // o
    private readonly int _phases; // n
    private readonly int _reach;  // farthest tap before or behind an input sample
    private readonly int _taps;   // of a phase, a multiple of the vector length
    private readonly float[] _weights; // [phases, taps]
    private readonly int[] _first;     // [phases]: the input sample of the first tap, from k o
    private readonly int[] _last;      // [phases]: that of the last one that counts

    private float[] _input;  // input samples [_inputStart, _inputStart + _inputCount), then slack for whole vectors
    private long _inputStart;
    private int _inputCount;
    private long _received;
    private long _produced;
    private long _limit = long.MaxValue; // output samples of the whole recording, once it is known

    /// <summary>Builds the filter.</summary>
    /// <param name="sourceRateHz">Rate of the input, 1000 to 768000.</param>
    public Resampler(int sourceRateHz)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sourceRateHz, MinRateHz);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sourceRateHz, MaxRateHz);
        int divisor = (int)BigInteger.GreatestCommonDivisor(sourceRateHz, AudioClock.SampleRateHz);
        _stride = sourceRateHz / divisor;
        _phases = AudioClock.SampleRateHz / divisor;
        double cutoff = Math.Min(_stride, _phases) * RollOff; // base
        double width = ZeroCrossings * _stride / cutoff;
        _reach = (int)Math.Ceiling(width);
        int lanes = Vector<float>.Count;
        _taps = ((2 * _reach) + lanes) / lanes * lanes;
        _weights = new float[_phases * _taps];
        _first = new int[_phases];
        _last = new int[_phases];
        for (int j = 0; j < _phases; j++)
        {
            double centre = (double)_stride * j / _phases;
            _first[j] = Math.Max(-_reach, (int)Math.Ceiling(centre - width));
            _last[j] = Math.Min(_reach + _stride - 1, (int)Math.Floor(centre + width));
            for (int i = _first[j]; i <= _last[j]; i++)
                _weights[(j * _taps) + i - _first[j]] = (float)(Weight((((double)i / _stride) - ((double)j / _phases)) * cutoff) * cutoff / _stride);
        }

        // Silence before the recording.
        _input = new float[_reach + _taps];
        _inputStart = -_reach;
        _inputCount = _reach;
    }

    /// <summary>Takes the next samples.</summary>
    public void Push(ReadOnlySpan<float> samples)
    {
        if (_limit != long.MaxValue)
            throw new InvalidOperationException("The recording was completed.");
        _received += samples.Length;
        samples.CopyTo(Extend(samples.Length));
    }

    /// <summary>Ends the recording: silence follows.</summary>
    public void Complete()
    {
        if (_limit != long.MaxValue)
            return;
        _limit = (long)(((Int128)_received * _phases + _stride - 1) / _stride);
        Extend(_reach + _stride).Clear();
    }

    /// <summary>Gives the samples that can be computed from what was pushed.</summary>
    /// <param name="samples">Receives samples at 16 kHz.</param>
    /// <returns>Samples written; 0 when more input is needed, or at the end.</returns>
    public int Read(Span<float> samples)
    {
        long available = _inputStart + _inputCount;
        (long block, int phase) = (_produced / _phases, (int)(_produced % _phases));
        int count = (int)Math.Min(samples.Length, _limit - _produced);
        for (int written = 0; written < count; written++)
        {
            long origin = block * _stride;
            if (origin + _last[phase] >= available)
                return written;
            int at = (int)(origin + _first[phase] - _inputStart);
            samples[written] = Dot(_input.AsSpan(at, _taps), _weights.AsSpan(phase * _taps, _taps));
            _produced++;
            if (++phase == _phases)
                (block, phase) = (block + 1, 0);
        }

        return count;
    }

    private static double Weight(double t)
    {
        if (Math.Abs(t) >= ZeroCrossings)
            return 0;
        double sinc = t == 0 ? 1 : Math.Sin(Math.PI * t) / (Math.PI * t);
        double window = Math.Cos(Math.PI * t / (2 * ZeroCrossings));
        return sinc * window * window;
    }

    // One order of summation whatever the address, so that blocks of any size give the same bits.
    private static float Dot(ReadOnlySpan<float> samples, ReadOnlySpan<float> weights)
    {
        Vector<float> sum = default;
        for (int i = 0; i < weights.Length; i += Vector<float>.Count)
            sum += new Vector<float>(samples[i..]) * new Vector<float>(weights[i..]);
        return Vector.Sum(sum);
    }

    // Drops input that no later output needs, and makes room.
    private Span<float> Extend(int count)
    {
        long needed = (_produced / _phases * _stride) + _first[_produced % _phases];
        int dropped = (int)Math.Clamp(needed - _inputStart, 0, _inputCount);
        ReadOnlySpan<float> kept = _input.AsSpan(dropped, _inputCount - dropped);
        int length = kept.Length + count + _taps; // the slack: a vector may reach beyond the last sample, where its weights are 0
        float[] target = length <= _input.Length ? _input : new float[length];
        kept.CopyTo(target);
        (_input, _inputStart) = (target, _inputStart + dropped);
        int end = _inputCount - dropped;
        _inputCount = end + count;
        return _input.AsSpan(end, count);
    }
}
