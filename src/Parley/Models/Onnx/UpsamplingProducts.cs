using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>
/// Makes products of transposed convolutions over time whose steps do not overlap (the upsampling in front of the timestamp head): each frame makes some frames by itself,
/// so that one product makes all of them. ONNX Runtime's kernel for the convolution is several times as slow.
/// </summary>
internal static class UpsamplingProducts
{
    private const int WeightsSlot = 1, BiasSlot = 2;

    private static readonly HashSet<string> KnownAttributes = new(["auto_pad", "dilations", "group", "kernel_shape", "output_padding", "pads", "strides"], StringComparer.Ordinal);

    private static readonly string[] Paddings = ["pads", "output_padding"];

    /// <summary>Changes those that it understands.</summary>
    /// <returns>Their number; 0 when there is nothing to change.</returns>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public static int Apply(OnnxModel model, OnnxEdit edit)
    {
        GraphLinks links = new(model);
        using FileStream stream = File.OpenRead(model.Path);
        Dictionary<string, OnnxTensor> tensors = model.Floats();
        int count = 0;
        foreach (OnnxNode node in model.Nodes.Where(node => node is { Operator: "ConvTranspose", Domain: "" or "ai.onnx", Inputs.Count: 2 or 3, Outputs.Count: 1 } && node.Attributes.All(KnownAttributes.Contains)))
        {
            string bias = node.Inputs.Count > BiasSlot ? node.Inputs[BiasSlot] : "";
            if (!tensors.TryGetValue(node.Inputs[WeightsSlot], out OnnxTensor? weights) || weights.Dims is not [> 0 and var channels, > 0 and var outputs, > 0 and var taps] || links.OnlyReader(weights.Name) is null
                || (bias.Length > 0 && !(tensors.TryGetValue(bias, out OnnxTensor? offsets) && offsets.Dims.SequenceEqual([outputs]))) || !StepsApart(new NodeAttributes(node, stream), taps))
                continue;
            float[] turned = ByFrame(weights.Read<float>(stream), (int)channels, (int)outputs, (int)taps);
            string name = node.Outputs[0], frames = edit.AddName(name + "_frames"), product = edit.AddName(name + "_product"), made = edit.AddName(name + "_made"), sum = edit.AddName(name + "_sum");
            string matrix = edit.AddTensor(weights.Name + "_matrix", OnnxSchema.FloatType, [channels, taps * outputs], MemoryMarshal.AsBytes(turned.AsSpan()));
            string shape = edit.AddTensor(name + "_shape", OnnxSchema.Int64Type, [3], MemoryMarshal.AsBytes(new[] { 0, -1, outputs }.AsSpan()));
            byte[] turn = NodeMessage.Numbers("perm", [0, 2, 1]);
            edit.Replace(node.Field,
            [
                NodeMessage.Of("Transpose", [node.Inputs[0]], frames, attributes: turn),
                NodeMessage.Of("MatMul", [frames, matrix], product),
                NodeMessage.Of("Reshape", [product, shape], made),
                .. bias.Length > 0 ? [NodeMessage.Of("Add", [made, bias], sum)] : (byte[][])[],
                NodeMessage.Of("Transpose", [bias.Length > 0 ? sum : made], name, attributes: turn),
            ]);
            edit.Remove(weights.Field);
            count++;
        }

        return count;
    }

    // Whether as many frames are made of each as are stepped on.
    private static bool StepsApart(NodeAttributes attributes, long taps)
        => attributes.Word("auto_pad") is null or "" or "NOTSET" && attributes.Number("group", 1) == 1 && (attributes.Numbers("kernel_shape") ?? [taps]).SequenceEqual([taps])
            && (attributes.Numbers("strides") ?? [1]).SequenceEqual([taps]) && Paddings.All(name => (attributes.Numbers(name) ?? []).All(length => length == 0))
            && (attributes.Numbers("dilations") ?? [1]).SequenceEqual([1]);

    // From [channels, outputs, taps] to [channels, taps, outputs].
    private static float[] ByFrame(float[] weights, int channels, int outputs, int taps)
    {
        float[] turned = new float[weights.Length];
        int i = 0;
        for (int channel = 0; channel < channels; channel++)
        {
            for (int output = 0; output < outputs; output++)
            {
                for (int tap = 0; tap < taps; tap++)
                    turned[(((channel * taps) + tap) * outputs) + output] = weights[i++];
            }
        }

        return turned;
    }
}
