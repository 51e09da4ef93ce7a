using Parley.Features;
using Parley.Inference;
using Parley.Speakers;

namespace Parley.Optimization;

/// <summary>Windows of a recording; their embeddings. There is nothing to decide: directions are compared.</summary>
internal sealed class SpeakerProbe(float[] samples) : StageProbe
{
    private const int Windows = 8;

    private readonly SpeakerFeatures _features = new(FbankOptions.CamPlus);

    public override string DecisionName => "embeddings";

    public override ProbeAnswer Ask(ModelSession session, CancellationToken cancellationToken)
    {
        CampPlusModel model = new(session, _features.Frames, _features.Bins);
        float[] features = new float[_features.Frames * _features.Bins], padded = new float[SpeakerWindow.FullLength];
        List<float[]> embeddings = [];
        foreach (SpeakerWindow window in SpeakerWindow.Cut(0, samples.Length).Take(Windows))
        {
            float[] embedding = new float[model.Dim];
            _features.Compute(samples, window, padded, features);
            model.Embed(features, embedding, cancellationToken);
            embeddings.Add(embedding);
        }

        return new ProbeAnswer([], embeddings);
    }
}
