namespace Parley.Vad;

/// <summary>Decides from a frame's silence score and level whether it is speech, and follows the noise level.</summary>
/// <remarks>GetFrameState of FSMN-VAD, with probabilities in place of logarithms: a score of exactly 1 is no special case.</remarks>
internal sealed class FrameClassifier(VadOptions options)
{
    /// <summary>Below this the noise level counts as not measured yet.</summary>
    private const double UnknownNoise = -99.9;

    private readonly double _ratio = options.SpeechToNoiseRatio;
    private readonly double _threshold = options.SpeechNoiseThreshold;
    private readonly double _snr = options.SnrThreshold;
    private readonly double _decibels = options.DecibelThreshold;
    private readonly int _noiseFrames = options.NoiseFrames;
    private double _noiseLevel = -100;

    /// <summary>True for speech.</summary>
    /// <param name="silence">Silence score in [0, 1].</param>
    /// <param name="decibels">Level of the frame.</param>
    public bool IsSpeech(float silence, float decibels)
    {
        if (decibels < _decibels)
            return false;
        double score = silence;
        // The exponent is 1 in every released model; Pow would cost more than the rest of the frame.
        double noise = _ratio.Equals(1.0) ? score : Math.Pow(score, _ratio);
        if (1 - score >= noise + _threshold)
            return decibels - _noiseLevel >= _snr;
        _noiseLevel = _noiseLevel < UnknownNoise ? decibels : (decibels + ((_noiseFrames - 1) * _noiseLevel)) / _noiseFrames;
        return false;
    }
}
