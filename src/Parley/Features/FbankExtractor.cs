using Parley.Audio;

namespace Parley.Features;

/// <summary>Computes log-mel filterbank features ("fbank"). Immutable, tables built once; safe for concurrent calls.</summary>
/// <remarks>
/// Per frame: scale, remove the mean, pre-emphasis, window, power spectrum of 512 points, triangular mel filters, natural
/// logarithm of at least 2^-23. Kaldi's computation (Povey et al., ASRU 2011), options <c>snip_edges=true, use_energy=false, dither=0</c>.
/// A frame's values depend on its own samples only, to the bit, however many frames are computed at once.
/// </remarks>
public sealed class FbankExtractor
{
    private readonly FbankPlan _plan;

    /// <summary>Builds the tables.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public FbankExtractor(FbankOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Bins, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Bins, 512);
        if (!(options.Scale > 0 && float.IsFinite(options.Scale)))
            throw new ArgumentOutOfRangeException(nameof(options), options.Scale, "Scale must be finite and above 0.");
        if (!(options.PreEmphasis is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.PreEmphasis, "PreEmphasis must lie in [0, 1].");
        if (!(options.LowHz >= 0 && options.LowHz < options.HighHz && options.HighHz <= AudioClock.SampleRateHz / 2))
            throw new ArgumentException($"LowHz < HighHz must lie in [0, {AudioClock.SampleRateHz / 2}]; got {options.LowHz} and {options.HighHz}.", nameof(options));
        Options = options;
        _plan = new FbankPlan(options, AudioClock.FrameSamples);
    }

    /// <summary>The options it was built with.</summary>
    public FbankOptions Options { get; }

    /// <summary>Values of one frame.</summary>
    public int Dim => Options.Bins;

    /// <summary>Frames of a recording of so many samples: 1 + (samples - 400) / 160, and 0 below 400 (but see <see cref="FbankOptions.ShortFrameAsReference"/>).</summary>
    public int CountFrames(int samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        int frames = (int)AudioClock.FrameCount(samples);
        return frames == 0 && HasShortFrame(samples) ? 1 : frames;
    }

    /// <summary>Computes all frames of a recording, or of a part of it that starts at a frame.</summary>
    /// <param name="samples">Mono samples in [-1, 1] at 16 kHz, shape [samples].</param>
    /// <param name="frames">Receives the features, row-major, shape [CountFrames(samples.Length), Dim]; must have exactly that length.</param>
    public void Compute(ReadOnlySpan<float> samples, Span<float> frames)
    {
        int count = CountFrames(samples.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(frames.Length, count * Dim);
        if (count == 0)
            return;
        if (samples.Length >= AudioClock.FrameSamples)
            _plan.Compute(samples, frames);
        else
            ShortPlan(samples.Length).Compute(samples, frames);
    }

    /// <summary>Computes all frames of a recording into a new array, shape [CountFrames(samples.Length), Dim].</summary>
    public float[] Compute(ReadOnlySpan<float> samples)
    {
        float[] frames = new float[CountFrames(samples.Length) * Dim];
        Compute(samples, frames);
        return frames;
    }

    /// <summary>Whether a whole recording of so many samples gets a single frame of its own length.</summary>
    internal bool HasShortFrame(long samples) => Options.ShortFrameAsReference && samples is >= 2 and < AudioClock.FrameSamples;

    // The reference derives the length from milliseconds in floating point, which can lose a sample.
    private FbankPlan ShortPlan(int samples)
    {
        double milliseconds = samples / (double)AudioClock.SampleRateHz * 1000;
        return new FbankPlan(Options, (int)(AudioClock.SampleRateHz * milliseconds * 0.001));
    }
}
