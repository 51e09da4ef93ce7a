using Parley.Asr;
using Parley.Speakers;
using Parley.Transcripts;

namespace Parley.Benchmarks.Kernels;

/// <summary>Made-up data of realistic size, the same at every start.</summary>
internal static class MadeUp
{
    /// <summary>Words of a Chinese conversation, four a second.</summary>
    public static Word[] Words(int count)
        => [.. Enumerable.Range(0, count).Select(i => new Word(((char)('一' + (i * 37 % 5000))).ToString(), i * 250, (i * 250) + 200, 0.9f))];

    /// <summary>A transcript: sentences of twelve words, two speakers in turn.</summary>
    public static Transcript Conversation(int seconds)
    {
        TranscriptSentence[] sentences = [.. Words(seconds * 4).Chunk(12).Select((words, i) => new TranscriptSentence(
            string.Concat(words.Select(word => word.Text)) + "。", words[0].StartMs, words[^1].EndMs, $"Speaker{1 + (i / 3 % 2)}", words))];
        return new Transcript
        {
            Sentences = sentences,
            Speakers = ["Speaker1", "Speaker2"],
            Turns = [.. sentences.Select(sentence => new TranscriptTurn(sentence.StartMs, sentence.EndMs, sentence.Speaker!))],
            Duration = TimeSpan.FromSeconds(seconds),
            Receipt = new Receipt { Stages = [], WallSeconds = 1, Rtf = 1.0 / seconds, Bundle = "made up", Notices = [] },
        };
    }

    /// <summary>Embeddings of four voices that take turns; two windows of one voice have a cosine of about two thirds.</summary>
    public static EmbeddingSet Voices(int windows)
    {
        const int dim = 192, voices = 4, turn = 6;
        const double noise = 0.7;
        SplitMix64 random = new(seed: 1);
        float[][] centres = [.. Enumerable.Range(0, voices).Select(_ => Direction(ref random, dim))];
        float[] values = new float[windows * dim];
        for (int i = 0; i < windows; i++)
        {
            float[] centre = centres[i / turn % voices], disturbance = Direction(ref random, dim);
            for (int d = 0; d < dim; d++)
                values[(i * dim) + d] = centre[d] + (float)(noise * disturbance[d]);
        }

        return new EmbeddingSet(values, dim);
    }

    /// <summary>Numbers in [-1, 1).</summary>
    public static float[] Noise(int count)
    {
        SplitMix64 random = new(seed: 2);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)((random.NextDouble() * 2) - 1);
        return values;
    }

    // Box and Muller's normal numbers, scaled to length one.
    private static float[] Direction(ref SplitMix64 random, int dim)
    {
        double[] values = new double[dim];
        for (int i = 0; i < dim; i++)
            values[i] = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double norm = Math.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => (float)(value / norm))];
    }
}
