namespace Parley.Models.Onnx;

/// <summary>A batch normalisation whose parameters lie in the file: each channel times a gain, plus an offset.</summary>
/// <param name="Input">What it reads.</param>
/// <param name="Gains">[channels].</param>
/// <param name="Offsets">[channels].</param>
internal sealed record BatchNormalization(string Input, float[] Gains, float[] Offsets)
{
    /// <summary>Reads one.</summary>
    /// <param name="node">Any node, or none.</param>
    /// <param name="tensors">Tensors of floats in the file, by name.</param>
    /// <param name="stream">The file.</param>
    /// <returns>Null when it is something else, or not understood.</returns>
    public static BatchNormalization? Of(OnnxNode? node, IReadOnlyDictionary<string, OnnxTensor> tensors, FileStream stream)
    {
        if (node is not { Operator: "BatchNormalization", Domain: "" or "ai.onnx", Inputs: [var input, _, _, _, _], Outputs.Count: 1 })
            return null;
        NodeAttributes attributes = new(node, stream);
        float[][] parameters = [.. node.Inputs.Skip(1).Select(name => tensors.TryGetValue(name, out OnnxTensor? tensor) ? tensor.Read<float>(stream) : [])];
        if (attributes.Number("training_mode", 0) != 0 || parameters[0].Length == 0 || parameters.Any(values => values.Length != parameters[0].Length))
            return null;
        (float[] gains, float[] offsets, float[] means, float[] variances) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        float epsilon = attributes.Real("epsilon", 1e-5f);
        for (int i = 0; i < gains.Length; i++)
        {
            gains[i] /= MathF.Sqrt(variances[i] + epsilon);
            offsets[i] -= means[i] * gains[i];
        }

        return new BatchNormalization(input, gains, offsets);
    }
}
