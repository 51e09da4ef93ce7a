using System.Numerics.Tensors;
using Parley.Features;
using Parley.Inference;
using Parley.Speakers;

namespace Parley.Optimization;

/// <summary>Windows of a recording, whole ones and parts with silence behind; their embeddings. There is nothing to decide: directions are compared.</summary>
internal sealed class SpeakerProbe : StageProbe
{
    // Of four windows in a row, which begin half a window apart, the first and the third have no sample in common.
    private const int Cycle = 4, Third = 2;

    // Shares of a window. The shortest segments that the detector makes have 0.45 s: what it looks for, and what it adds in front and behind.
    private static readonly double[] CalibratedLengths = [1, 0.8, 0.6, 0.4, 0.3, 0.2], ComparedLengths = [1, 0.7, 0.5, 0.3];

    private readonly SpeakerFeatures _features = new(FbankOptions.CamPlus);
    private readonly float[][] _calibrated, _compared;

    /// <param name="samples">A recording, mono at 16 kHz.</param>
    public SpeakerProbe(float[] samples)
    {
        SpeakerWindow[] windows = [.. SpeakerWindow.Cut(0, samples.Length)];
        SpeakerWindow[] third = [.. windows.Where((_, index) => index % Cycle == Third)];
        _calibrated = Compute(samples, windows.Where((_, index) => index % Cycle == 0), CalibratedLengths);
        _compared = Compute(samples, third.Length > 0 ? third : windows, ComparedLengths);
    }

    public override string DecisionName => "embeddings";

    /// <summary>Other windows than those that are compared: ranges must hold for what they were not taken from.</summary>
    public override IEnumerable<CalibrationInput> Calibration(ModelSession session)
    {
        CampPlusModel model = new(session, _features.Frames, _features.Bins);
        return _calibrated.Select(features => new CalibrationInput(model.InputName, features, [1, _features.Frames, _features.Bins]));
    }

    public override ProbeAnswer Ask(ModelSession session, CancellationToken cancellationToken)
    {
        CampPlusModel model = new(session, _features.Frames, _features.Bins);
        List<float[]> embeddings = [];
        foreach (float[][] batch in _compared.Chunk(Math.Min(new DiarizationOptions().BatchWindows, model.MaxBatch)))
        {
            float[] values = new float[batch.Length * model.Dim];
            model.Embed(batch.SelectMany(features => features).ToArray(), values, cancellationToken);
            embeddings.AddRange(values.Chunk(model.Dim));
        }

        return new ProbeAnswer([], embeddings);
    }

    // Each window, and its loudest parts of these lengths: short segments are speech, and what fills their window up is silence.
    private float[][] Compute(float[] samples, IEnumerable<SpeakerWindow> windows, double[] lengths)
    {
        float[] padded = new float[SpeakerWindow.FullLength];
        List<float[]> all = [];
        foreach (SpeakerWindow window in windows)
        {
            foreach (double share in lengths)
            {
                float[] features = new float[_features.Frames * _features.Bins];
                _features.Compute(samples, Loudest(samples, window, (int)(window.Length * share)), padded, features);
                all.Add(features);
            }
        }

        return [.. all];
    }

    private static SpeakerWindow Loudest(float[] samples, SpeakerWindow window, int length)
    {
        const int Step = 800;
        return Enumerable.Range(0, 1 + ((window.Length - length) / Step))
            .Select(step => window with { Offset = window.Offset + (step * Step), Length = length })
            .MaxBy(part => TensorPrimitives.SumOfSquares(samples.AsSpan(part.Offset, part.Length)));
    }
}
