using Parley.Models;

namespace Parley.Inference.Devices;

/// <summary>Makes inputs for measuring: of the right shape, the same on each machine.</summary>
internal static class ProbeInputs
{
    // Frames of a window of the speaker model, where the file leaves it open: 1.5 s.
    private const int WindowFrames = 148;

    // Small token numbers exist in every vocabulary.
    private const int Tokens = 10;

    /// <summary>Three lengths, as a stage meets them: 1 to 10 s of frames of 10 ms; 3 to 30 s of frames of 60 ms; a sentence to a mini-document; 1 to 32 windows.</summary>
    public static IReadOnlyList<int> Sizes(ModelStage stage) => stage switch
    {
        ModelStage.Vad => [100, 400, 1000],
        ModelStage.Asr => [50, 170, 500],
        ModelStage.Punctuation => [20, 60, 180],
        ModelStage.Speakers => [1, 8, 32],
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "Not a stage with a model."),
    };

    /// <summary>What the sizes of a stage count.</summary>
    public static string UnitOf(ModelStage stage) => stage switch
    {
        ModelStage.Vad or ModelStage.Asr => "frames",
        ModelStage.Punctuation => "tokens",
        _ => "windows",
    };

    /// <summary>Inputs of one size for a model of a stage, from what its file declares.</summary>
    public static List<ModelInput> Make(ModelStage stage, IReadOnlyList<TensorSpec> specs, int size)
    {
        uint state = 1;
        List<ModelInput> inputs = [];
        bool hasMain = false;
        foreach (TensorSpec spec in specs)
        {
            bool isMain = !hasMain && spec.Type == TensorType.Float && spec.Shape.Count == 3;
            hasMain |= isMain;
            long[] shape = Shape(stage, spec, isMain, size);
            int count = (int)shape.Aggregate(1L, (product, axis) => checked(product * axis));
            inputs.Add(spec.Type switch
            {
                TensorType.Float => ModelInput.Of(spec.Name, isMain ? Noise(count, ref state) : new float[count], shape),
                TensorType.Int32 => ModelInput.Of(spec.Name, Integers(spec.Name, shape, size), shape),
                TensorType.Int64 => ModelInput.Of(spec.Name, Integers(spec.Name, shape, size).Select(value => (long)value).ToArray(), shape),
                _ => throw new ModelFileException(spec.Name, $"Input {spec} has a type that cannot be measured."),
            });
        }

        return inputs;
    }

    private static long[] Shape(ModelStage stage, TensorSpec spec, bool isMain, int size)
    {
        long[] shape = [.. spec.Shape.Select(axis => axis < 0 ? 1 : axis)];
        if (stage == ModelStage.Speakers && isMain)
        {
            shape[0] = spec.Shape[0] < 0 ? size : spec.Shape[0];
            shape[1] = spec.Shape[1] < 0 ? WindowFrames : spec.Shape[1];
        }
        else if ((isMain || shape.Length == 2) && spec.Shape[1] < 0)
        {
            shape[1] = size;
        }

        return shape;
    }

    // One axis counts frames or tokens (or asks for a language and the like: the first row of a table exists), two hold tokens.
    private static int[] Integers(string name, long[] shape, int size)
        => shape.Length > 1 ? [.. Enumerable.Range(0, (int)(shape[0] * shape[1])).Select(i => 1 + (i % Tokens))]
            : [.. Enumerable.Repeat(name.Contains("length", StringComparison.Ordinal) ? size : 0, (int)shape[0])];

    // Normalised features are about as large. Linear congruential generator of Numerical Recipes, chapter 7.
    private static float[] Noise(int count, ref uint state)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            state = (state * 1664525) + 1013904223;
            values[i] = ((state >> 8) * (2f / (1 << 24))) - 1;
        }

        return values;
    }
}
