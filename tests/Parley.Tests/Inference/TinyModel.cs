using Parley.Inference;

namespace Parley.Tests.Inference;

/// <summary>The tiny speaker model of tests/data/tiny-models: maximum over time of 80 bins, and more of the same; 192 values per window.</summary>
internal static class TinyModel
{
    public const int Bins = 80;

    public static string FilePath { get; } = Path.Combine(TestPaths.RepositoryRoot, "tests", "data", "tiny-models", "spk.onnx");

    public static ModelInput Windows(int count, int frames = 3)
        => ModelInput.Of("x", Enumerable.Range(0, count * frames * Bins).Select(i => (float)(i % 97)).ToArray(), count, frames, Bins);

    public static float[] Run(ModelSession session, int count = 1, CancellationToken cancellationToken = default)
    {
        using ModelOutputs outputs = session.Run([Windows(count)], cancellationToken);
        return outputs.Floats("embedding").ToArray();
    }

    /// <summary>What the CPU gives.</summary>
    public static float[] Expected(int count = 1)
    {
        using ModelSession session = ModelSession.Load(FilePath, new InferenceOptions { Threads = 1 });
        return Run(session, count);
    }
}
