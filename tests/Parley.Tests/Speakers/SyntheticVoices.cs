using Parley.Speakers;

namespace Parley.Tests.Speakers;

/// <summary>Made-up embeddings: a random direction for each voice, and noise for each window.</summary>
internal static class SyntheticVoices
{
    public const int Dim = 192;

    /// <summary>Embeddings of the given speakers, window by window.</summary>
    /// <param name="speakers">Who speaks in each window.</param>
    /// <param name="noise">Length of the noise; 1 gives a cosine of 0.5 between two windows of one voice.</param>
    /// <param name="seed">Seed.</param>
    public static EmbeddingSet Of(IReadOnlyList<int> speakers, double noise = 0.7, long seed = 1)
    {
        SplitMix64 random = new(seed);
        float[][] voices = [.. Enumerable.Range(0, speakers.Max() + 1).Select(_ => Direction(ref random, 1))];
        float[] values = new float[speakers.Count * Dim];
        for (int i = 0; i < speakers.Count; i++)
        {
            float[] disturbance = Direction(ref random, noise);
            for (int d = 0; d < Dim; d++)
                values[(i * Dim) + d] = 5 * (voices[speakers[i]][d] + disturbance[d]);
        }

        return new EmbeddingSet(values, Dim);
    }

    /// <summary>Speakers who take turns of random length.</summary>
    public static int[] Conversation(int windows, int speakers, long seed = 2, int maxTurn = 12)
    {
        SplitMix64 random = new(seed);
        List<int> list = [];
        for (int speaker = 0; list.Count < windows; speaker = (speaker + 1 + random.Next(Math.Max(speakers - 1, 1))) % speakers)
            list.AddRange(Enumerable.Repeat(speaker, 1 + random.Next(maxTurn)));
        return [.. list.Take(windows)];
    }

    /// <summary>Share of windows whose speaker is another than expected, both numbered by first appearance.</summary>
    public static double ErrorRate(IReadOnlyList<int> expected, IReadOnlyList<int> actual)
    {
        actual.Count.ShouldBe(expected.Count);
        int[] first = ClusterLabels.ByFirstAppearance([.. expected]), second = ClusterLabels.ByFirstAppearance([.. actual]);
        return first.Zip(second).Count(pair => pair.First != pair.Second) / (double)Math.Max(expected.Count, 1);
    }

    private static float[] Direction(ref SplitMix64 random, double length)
    {
        double[] values = new double[Dim];
        for (int i = 0; i < Dim; i++)
            values[i] = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double norm = Math.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => (float)(value / norm * length))];
    }
}
