using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>
/// Lets convolutions over time count in 8 bits: weights with a scale for each output channel, and values between <c>QuantizeLinear</c> and
/// <c>DequantizeLinear</c> with the range that was seen in samples, which ONNX Runtime joins to <c>QLinearConv</c>. Convolutions behind one another stay
/// in 8 bits. Those over time and frequency are left alone: they see features, whose range is that of the silence behind a short segment, and lost ten
/// times as much accuracy in the project's own network (cosines of 0.99 in place of 0.999).
/// </summary>
/// <remarks>Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", CVPR 2018.</remarks>
internal static class QuantizedConvolutions
{
    // What has fewer gains nothing, and costs accuracy.
    private const int FewestChannels = 8, FewestPositions = 8;

    /// <summary>Changes those that it understands.</summary>
    /// <param name="model">The network.</param>
    /// <param name="edit">Receives the changes.</param>
    /// <param name="observe">Sees the ranges of values.</param>
    /// <param name="largestWeight">The largest weight: 127, or 63 where pairs of products are added up in 16 bits, which they then cannot leave.</param>
    /// <returns>Their number; 0 when there is nothing to change.</returns>
    public static int Apply(OnnxModel model, OnnxEdit edit, TensorObserver observe, int largestWeight)
    {
        GraphLinks links = new(model);
        using FileStream stream = File.OpenRead(model.Path);
        Convolution[] all = [.. Convolution.All(model, links, stream).Where(IsWorthwhile)];
        if (all.Length == 0)
            return 0;
        IReadOnlyDictionary<string, ObservedTensor> seen = observe(model, [.. all.SelectMany(convolution => new[] { convolution.Input, convolution.Result }).Distinct(StringComparer.Ordinal)]);
        Dictionary<OnnxNode, (Convolution Convolution, SmallWeights Weights)> changed = new(ReferenceEqualityComparer.Instance);
        foreach (Convolution convolution in all)
        {
            if (seen.TryGetValue(convolution.Input, out ObservedTensor? input) && seen.TryGetValue(convolution.Result, out ObservedTensor? result)
                && result.Shape is [_, _, >= FewestPositions]
                && SmallWeights.Of(convolution, ValueRange.Of(input).Scale, largestWeight, stream) is { } weights)
                changed.Add(convolution.Node, (convolution, weights));
        }

        Pass pass = new(model, links, edit, seen, new HashSet<OnnxNode>(changed.Keys, ReferenceEqualityComparer.Instance));
        foreach ((Convolution convolution, SmallWeights weights) in changed.Values)
            pass.Rewrite(convolution, weights);
        if (changed.Count > 0)
            edit.UseDomain(NodeMessage.Microsoft, 1);
        return changed.Count;
    }

    private static bool IsWorthwhile(Convolution convolution)
        => convolution.IsFlat && convolution.Weights.Dims[1] >= FewestChannels && (convolution.BiasName is null || convolution.Bias is not null);

    // ONNX Runtime's own pair of operators: in old versions of ONNX's, weights have one scale together.
    private static byte[] Node(string type, string[] inputs, string output, params IReadOnlyList<byte[]> attributes) => NodeMessage.Of(type, inputs, output, NodeMessage.Microsoft, attributes);

    private sealed class Pass(OnnxModel model, GraphLinks links, OnnxEdit edit, IReadOnlyDictionary<string, ObservedTensor> seen, HashSet<OnnxNode> changed)
    {
        private readonly AxisShapes _shapes = new(edit, model.OperatorVersion);
        private readonly Dictionary<string, (string Scale, string Zero)> _ranges = new(StringComparer.Ordinal);

        // Tensors in 8 bits, with a second axis.
        private readonly Dictionary<string, string> _small = new(StringComparer.Ordinal);

        public void Rewrite(Convolution convolution, SmallWeights weights)
        {
            List<byte[]> nodes = [];
            string name = convolution.Node.Outputs[0], product = edit.AddName(name + "_float"), result = edit.AddName(name + "_8bit");
            List<string> inputs = [Large(Small(convolution.Input, nodes), convolution.Input, nodes), Weights(convolution, weights, nodes)];
            if (weights is { Bias: { } bias, BiasScales: { } scales })
                inputs.Add(Constant(name + "_bias", OnnxSchema.Int32Type, [bias.Length], MemoryMarshal.AsBytes(bias.AsSpan()), scales, new byte[bias.Length * sizeof(int)], nodes));
            nodes.Add(NodeMessage.Of("Conv", inputs, product, attributes: convolution.Attributes));

            // What a Relu cuts off lies below the smallest byte: its zero point is 0.
            (string scale, string zero) = Range(convolution.Result);
            nodes.Add(Node("QuantizeLinear", [product, scale, zero], result));
            _small[convolution.Result] = result;
            if (convolution.Relu is { } relu)
                edit.Remove(relu.Field);
            if (IsReadInFloats(convolution.Result))
            {
                string flat = edit.AddName(name + "_flat");
                nodes.Add(_shapes.Flatten(result, flat));
                nodes.Add(Node("DequantizeLinear", [flat, scale, zero], convolution.Result));
            }

            edit.Replace(convolution.Node.Field, nodes);
            foreach (OnnxTensor tensor in new[] { convolution.Weights, convolution.Bias }.OfType<OnnxTensor>().Where(tensor => links.Readers(tensor.Name).All(changed.Contains)))
                edit.Remove(tensor.Field);
        }

        private bool IsReadInFloats(string name)
            => model.Outputs.Contains(name) || links.Readers(name).Any(reader => !changed.Contains(reader) || reader.Inputs.Skip(1).Contains(name, StringComparer.Ordinal));

        // The input in 8 bits, made where it is needed first.
        private string Small(string tensor, List<byte[]> nodes)
        {
            if (_small.TryGetValue(tensor, out string? known))
                return known;
            (string scale, string zero) = Range(tensor);
            string small = edit.AddName(tensor + "_8bit"), wide = edit.AddName(small + "_2d");
            nodes.Add(Node("QuantizeLinear", [tensor, scale, zero], small));

            // Behind the quantisation, so that nothing stands between it and a Relu in front, with which ONNX Runtime joins it.
            nodes.Add(_shapes.Widen(small, wide));
            return _small[tensor] = wide;
        }

        private string Large(string small, string tensor, List<byte[]> nodes)
        {
            (string scale, string zero) = Range(tensor);
            string large = edit.AddName(tensor + "_range");
            nodes.Add(Node("DequantizeLinear", [small, scale, zero], large));
            return large;
        }

        private string Weights(Convolution convolution, SmallWeights weights, List<byte[]> nodes)
            => Constant(convolution.Weights.Name, OnnxSchema.Int8Type, convolution.WideDims, MemoryMarshal.AsBytes(weights.Values.AsSpan()), weights.Scales, new byte[weights.Scales.Length], nodes);

        private string Constant(string name, int type, IReadOnlyList<long> dims, ReadOnlySpan<byte> values, float[] scales, byte[] zeros, List<byte[]> nodes)
        {
            string constant = edit.AddName(name + "_large");
            string[] inputs =
            [
                edit.AddTensor(name + "_small", type, dims, values),
                edit.AddTensor(name + "_scale", OnnxSchema.FloatType, [scales.Length], MemoryMarshal.AsBytes(scales.AsSpan())),
                edit.AddTensor(name + "_zero_point", type, [scales.Length], zeros),
            ];
            nodes.Add(Node("DequantizeLinear", inputs, constant, NodeMessage.Number("axis", 0)));
            return constant;
        }

        private (string Scale, string Zero) Range(string tensor)
        {
            if (_ranges.TryGetValue(tensor, out (string, string) known))
                return known;
            ValueRange range = ValueRange.Of(seen[tensor]);
            return _ranges[tensor] = (
                edit.AddTensor(tensor + "_scale", OnnxSchema.FloatType, [], MemoryMarshal.AsBytes(new[] { range.Scale }.AsSpan())),
                edit.AddTensor(tensor + "_zero_point", OnnxSchema.UInt8Type, [], [range.Zero]));
        }
    }
}
