using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>
/// Gives LSTM layers 8-bit weights (<c>DynamicQuantizeLSTM</c> of ONNX Runtime): at batch 1 such a layer reads all its weights at every step, so a
/// quarter of the bytes is most of the gain. One scale for each row of weights. 7 bits are used, so that no kernel can saturate.
/// </summary>
internal static class QuantizedLstm
{
    private const string Microsoft = "com.microsoft";
    private const int Weights = 1, Recurrence = 2, Inputs = 8, Largest = 63;

    private static readonly HashSet<string> KnownAttributes =
        new(["activations", "activation_alpha", "activation_beta", "clip", "direction", "hidden_size", "input_forget"], StringComparer.Ordinal);

    /// <summary>Changes the layers that it understands.</summary>
    /// <returns>Their number; 0 when there is nothing to change.</returns>
    public static int Apply(OnnxModel model, OnnxEdit edit)
    {
        using FileStream stream = File.OpenRead(model.Path);
        Dictionary<string, OnnxTensor> tensors = model.Tensors.Where(tensor => IsPlainMatrix(model, tensor)).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        int count = 0;
        foreach (OnnxNode node in model.Nodes.Where(IsKnownLayer))
        {
            if (!tensors.TryGetValue(node.Inputs[Weights], out OnnxTensor? weights) || !tensors.TryGetValue(node.Inputs[Recurrence], out OnnxTensor? recurrence))
                continue;
            if (Quantize(weights, stream) is not { } smallWeights || Quantize(recurrence, stream) is not { } smallRecurrence)
                continue;
            string[] inputs = [.. node.Inputs, .. Enumerable.Repeat("", Inputs - node.Inputs.Count)];
            (inputs[Weights], string weightScale, string weightZero) = Add(edit, weights, smallWeights);
            (inputs[Recurrence], string recurrenceScale, string recurrenceZero) = Add(edit, recurrence, smallRecurrence);
            edit.Replace(node.Field, Rewrite(node, [.. inputs, weightScale, weightZero, recurrenceScale, recurrenceZero], stream));
            foreach (OnnxTensor old in new[] { weights, recurrence }.Where(old => model.Nodes.Sum(other => other.Inputs.Count(name => string.Equals(name, old.Name, StringComparison.Ordinal))) == 1))
                edit.Remove(old.Field);
            count++;
        }

        if (count > 0)
            edit.UseDomain(Microsoft, 1);
        return count;
    }

    private static bool IsKnownLayer(OnnxNode node)
        => node is { Operator: "LSTM", Domain: "" or "ai.onnx", Inputs.Count: > Recurrence and <= Inputs } && node.Attributes.All(KnownAttributes.Contains);

    private static bool IsPlainMatrix(OnnxModel model, OnnxTensor tensor)
        => tensor.Dims.Count == 3 && tensor.IsPlain(OnnxSchema.FloatType, sizeof(float)) && !model.Declared.Contains(tensor.Name);

    /// <summary>[directions, rows, columns] of floats to [directions, columns, rows] of bytes, as the operator wants them, with a scale for each row.</summary>
    /// <returns>Null when a weight is no finite number.</returns>
    private static (sbyte[] Values, float[] Scales)? Quantize(OnnxTensor tensor, FileStream stream)
    {
        float[] values = tensor.Read<float>(stream);
        (int directions, int rows, int columns) = ((int)tensor.Dims[0], (int)tensor.Dims[1], (int)tensor.Dims[2]);
        sbyte[] small = new sbyte[values.Length];
        float[] scales = new float[directions * rows];
        for (int direction = 0; direction < directions; direction++)
        {
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<float> line = values.AsSpan(((direction * rows) + row) * columns, columns);
                float largest = 0;
                foreach (float value in line)
                {
                    if (!float.IsFinite(value))
                        return null;
                    largest = Math.Max(largest, Math.Abs(value));
                }

                float scale = largest > 0 ? largest / Largest : 1;
                if (scale == 0 || !float.IsFinite(1 / scale))
                    return null; // too small for a scale of its own
                scales[(direction * rows) + row] = scale;
                for (int column = 0; column < columns; column++)
                    small[(((direction * columns) + column) * rows) + row] = (sbyte)Math.Clamp(MathF.Round(line[column] / scale), -Largest, Largest);
            }
        }

        return (small, scales);
    }

    private static (string Values, string Scales, string ZeroPoints) Add(OnnxEdit edit, OnnxTensor old, (sbyte[] Values, float[] Scales) small)
    {
        (long directions, long rows, long columns) = (old.Dims[0], old.Dims[1], old.Dims[2]);
        return (
            edit.AddTensor(old.Name + "_int8", OnnxSchema.Int8Type, [directions, columns, rows], MemoryMarshal.AsBytes(small.Values.AsSpan())),
            edit.AddTensor(old.Name + "_scale", OnnxSchema.FloatType, [directions, rows], MemoryMarshal.AsBytes(small.Scales.AsSpan())),
            edit.AddTensor(old.Name + "_zero_point", OnnxSchema.Int8Type, [directions, rows], new byte[directions * rows]));
    }

    // Outputs, name, attributes and whatever else the node has stay as they are.
    private static byte[] Rewrite(OnnxNode node, IReadOnlyList<string> inputs, FileStream stream)
    {
        WireWriter message = new();
        foreach (string input in inputs)
            message.Text(OnnxSchema.Node.Input, input);
        foreach (WireField field in WireFormat.Fields(stream, node.Field.ValueStart, node.Field.End))
        {
            if (field.Number is OnnxSchema.Node.Input or OnnxSchema.Node.Operator or OnnxSchema.Node.Domain)
                continue;
            byte[] bytes = new byte[field.End - field.Start];
            stream.Position = field.Start;
            stream.ReadExactly(bytes);
            message.Raw(bytes);
        }

        return message.Text(OnnxSchema.Node.Operator, "DynamicQuantizeLSTM").Text(OnnxSchema.Node.Domain, Microsoft).ToArray();
    }
}
