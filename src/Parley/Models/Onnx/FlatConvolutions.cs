using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>
/// Makes convolutions over two axes, the first of length 1, of those over one: ONNX Runtime has blocked kernels for the former alone, and joins them
/// with a Relu behind. The sums are the same but for their order.
/// </summary>
internal static class FlatConvolutions
{
    /// <summary>Changes those that it understands.</summary>
    /// <returns>Their number; 0 when there is nothing to change.</returns>
    public static int Apply(OnnxModel model, OnnxEdit edit)
    {
        GraphLinks links = new(model);
        using FileStream stream = File.OpenRead(model.Path);
        Convolution[] convolutions = [.. Convolution.All(model, links, stream).Where(convolution => convolution.IsFlat)];
        if (convolutions.Length == 0)
            return 0;
        HashSet<OnnxNode> changed = new(convolutions.Select(convolution => convolution.Node), ReferenceEqualityComparer.Instance);
        AxisShapes shapes = new(edit, model.OperatorVersion);
        Dictionary<string, string> weights = new(StringComparer.Ordinal);
        foreach (Convolution convolution in convolutions)
        {
            if (!weights.TryGetValue(convolution.Weights.Name, out string? wide))
            {
                ReadOnlySpan<byte> values = MemoryMarshal.AsBytes(convolution.Weights.Read<float>(stream).AsSpan());
                wide = weights[convolution.Weights.Name] = edit.AddTensor(convolution.Weights.Name + "_2d", OnnxSchema.FloatType, convolution.WideDims, values);
                if (links.Readers(convolution.Weights.Name).All(changed.Contains))
                    edit.Remove(convolution.Weights.Field);
            }

            Rewrite(convolution, wide, edit, shapes);
        }

        return convolutions.Length;
    }

    private static void Rewrite(Convolution convolution, string weights, OnnxEdit edit, AxisShapes shapes)
    {
        string output = convolution.Node.Outputs[0], wide = edit.AddName(output + "_in"), product = edit.AddName(output + "_2d"), last = product;
        List<byte[]> nodes =
        [
            shapes.Widen(convolution.Input, wide),
            NodeMessage.Of("Conv", [wide, weights, .. convolution.BiasName is { } bias ? (string[])[bias] : []], product, attributes: convolution.Attributes),
        ];
        if (convolution.Relu is { } relu)
        {
            last = edit.AddName(output + "_relu");
            nodes.Add(NodeMessage.Of("Relu", [product], last));
            edit.Remove(relu.Field);
        }

        nodes.Add(shapes.Flatten(last, convolution.Result));
        edit.Replace(convolution.Node.Field, nodes);
    }
}
