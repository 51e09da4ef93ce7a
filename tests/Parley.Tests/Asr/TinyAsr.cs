using Parley.Asr;
using Parley.Features;
using Parley.Inference;
using Parley.Vad;

namespace Parley.Tests.Asr;

/// <summary>One encoder frame (60 ms) of what the tiny model shall hear.</summary>
/// <param name="Class">The class with the highest score; NaN scores for -1.</param>
/// <param name="Counts">Whether it counts as a token.</param>
/// <param name="Peaks">Which of its three timestamp frames fire, as bits 1, 2 and 4.</param>
/// <param name="Alphas">Timestamp weight in each of its three frames.</param>
internal readonly record struct TinyRow(int Class, bool Counts, int Peaks = 0, float Alphas = 0.1f);

/// <summary>The tiny models of tests/data/tiny-models: scores, token counts and fires are read off the features.</summary>
internal static class TinyAsr
{
    /// <summary>The score of the best class; the others have 0.</summary>
    public const float BestScore = 3;

    public static readonly IReadOnlyList<string> Tokens = ["<blank>", "<s>", "</s>", "你", "好", "hel@@", "lo", "<unk>"];

    /// <summary>Softmax of the best of eight classes.</summary>
    public static readonly float BestProbability = (float)(Math.Exp(BestScore) / (Math.Exp(BestScore) + 7));

    public static ModelSession Session(string model)
        => ModelSession.Load(Path.Combine(TestPaths.RepositoryRoot, "tests", "data", "tiny-models", model + ".onnx"), new InferenceOptions { Threads = 1 });

    public static ParaformerRecognizer Load(string model = "asr", bool likeReference = false, IReadOnlyList<string>? tokens = null, ModelSession? hotwords = null, string? dictionary = null)
    {
        Cmvn identity = new(new float[560], [.. Enumerable.Repeat(1f, 560)]);
        return new ParaformerRecognizer(Session(model), identity, new Vocabulary(tokens ?? Tokens, "tokens.json"), new ParaformerOptions { ReferenceCompatible = likeReference }, hotwords, dictionary);
    }

    /// <summary>A segment of 60 ms for each row.</summary>
    public static SpeechSegment Segment(int index, int startMs, params TinyRow[] rows)
    {
        float[] fbank = new float[rows.Length * 6 * 80];
        for (int row = 0; row < rows.Length; row++)
        {
            // The first frame of the stack around frame 6 * row; before the start the first frame is repeated.
            Span<float> bins = fbank.AsSpan(Math.Max(0, (6 * row) - 3) * 80, 80);
            if (rows[row].Class < 0)
                bins[..8].Fill(float.NaN);
            else
                bins[rows[row].Class] = BestScore;
            bins[20] = rows[row].Counts ? 1 : 0;
            for (int bit = 0; bit < 3; bit++)
            {
                bins[24 + bit] = rows[row].Alphas;
                bins[27 + bit] = (rows[row].Peaks >> bit & 1) != 0 ? 1 : rows[row].Alphas;
            }
        }

        return new SpeechSegment(index, new VadSegment(startMs, startMs + (rows.Length * 60)), default, fbank);
    }
}
