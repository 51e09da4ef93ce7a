using Parley.Features;

namespace Parley.Speakers;

/// <summary>A window's samples to the features that the embedding model wants. Immutable.</summary>
internal sealed class SpeakerFeatures(FbankOptions options)
{
    private readonly FbankExtractor _fbank = new(options);

    /// <summary>Frames of a window: 1 + (24000 - 400) / 160.</summary>
    public int Frames => _fbank.CountFrames(SpeakerWindow.FullLength);

    /// <summary>Values of a frame.</summary>
    public int Bins => _fbank.Dim;

    /// <summary>Log-mel features without their mean over time.</summary>
    /// <param name="segment">Samples of the segment that the window was cut from, in [-1, 1].</param>
    /// <param name="window">The window; padding counts as silence and takes part in the mean, as in the reference.</param>
    /// <param name="padded">Scratch space, shape [24000].</param>
    /// <param name="features">Receives shape [Frames, Bins].</param>
    public void Compute(ReadOnlySpan<float> segment, SpeakerWindow window, Span<float> padded, Span<float> features)
    {
        segment.Slice(window.Offset, window.Length).CopyTo(padded);
        padded[window.Length..].Clear();
        _fbank.Compute(padded, features);
        TimeMean.Subtract(features, Bins);
    }
}
