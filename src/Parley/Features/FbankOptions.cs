namespace Parley.Features;

/// <summary>Shape of the window that a frame is multiplied with before its spectrum is taken; N = samples of the frame.</summary>
public enum FbankWindow
{
    /// <summary>0.54 - 0.46 cos(2πn / (N - 1)).</summary>
    Hamming,

    /// <summary>(0.5 - 0.5 cos(2πn / (N - 1)))^0.85, Kaldi's default.</summary>
    Povey,
}

/// <summary>How log-mel features are computed: 16 kHz, frames of 25 ms every 10 ms, only whole frames, no dither. The presets are what the models were trained with.</summary>
/// <remarks>A new setting needs: a property here, a check in <see cref="FbankExtractor(FbankOptions)"/>, and a line in the scalar oracle of the tests.</remarks>
public sealed record FbankOptions
{
    /// <summary>Features of Paraformer and FSMN-VAD: hamming window, samples on the 16-bit scale.</summary>
    public static FbankOptions Asr { get; } = new();

    /// <summary>Features of CAM++: povey window, samples as they are. The mean over time is removed afterwards, see <see cref="TimeMean"/>.</summary>
    public static FbankOptions CamPlus { get; } = new() { Window = FbankWindow.Povey, Scale = 1f };

    /// <summary>Window of a frame.</summary>
    /// <value>Hamming.</value>
    public FbankWindow Window { get; init; } = FbankWindow.Hamming;

    /// <summary>What samples in [-1, 1] are multiplied with; finite, above 0.</summary>
    /// <value>32768, the 16-bit scale.</value>
    public float Scale { get; init; } = 32_768f;

    /// <summary>Mel bins of a frame, 1 to 512.</summary>
    /// <value>80.</value>
    public int Bins { get; init; } = 80;

    /// <summary>Lower edge of the first bin in hertz; at least 0 and below <see cref="HighHz"/>.</summary>
    /// <value>20.</value>
    public double LowHz { get; init; } = 20;

    /// <summary>Upper edge of the last bin in hertz; at most 8000.</summary>
    /// <value>8000.</value>
    public double HighHz { get; init; } = 8_000;

    /// <summary>Share of the previous sample that is subtracted from each sample, 0 to 1.</summary>
    /// <value>0.97.</value>
    public float PreEmphasis { get; init; } = 0.97f;

    /// <summary>
    /// Gives a recording that is shorter than a frame (2 to 399 samples) one frame of its own length, as the reference does
    /// for recognition. Its spectrum is coarser and low bins may stay empty, so by default such a recording has no frame.
    /// </summary>
    /// <value>False.</value>
    public bool ShortFrameAsReference { get; init; }
}
