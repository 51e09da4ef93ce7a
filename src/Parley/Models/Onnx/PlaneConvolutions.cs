using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>
/// Puts the project's own operator in the place of convolutions over two axes, together with the sum and the Relu behind them, as in residual networks. Between them channels
/// lie last, so that they go over whole vectors; where other nodes read or make the values, a Transpose stands. Those that see three by three positions
/// need half or a quarter of the products (<see cref="PlaneWeights"/>), in another order of summing.
/// </summary>
internal static class PlaneConvolutions
{
    /// <summary>
    /// The operator: floats [planes, height, width, inputs], arranged weights, a bias [outputs], and what is added, if there is something; the outcome is
    /// [planes, rows that are made, width, outputs]. Half of the weights' size lies around a plane as zeros.
    /// </summary>
    public const string Operator = "PlaneConvolution";

    /// <summary>Attribute: height and width of the weights.</summary>
    public const string Size = "size";

    /// <summary>Attribute: rows from one to the next; columns are all made.</summary>
    public const string Stride = "stride";

    /// <summary>Attribute: 1 where negative outcomes become 0.</summary>
    public const string Relu = "relu";

    /// <summary>What the operator takes at most.</summary>
    public const int MostSize = 3, MostStride = 8, MostChannels = 1 << 10, MostLength = 1 << 20;

    // Channels of a vector.
    private const int Lane = 8;

    private static readonly byte[] ChannelsLast = NodeMessage.Numbers("perm", [0, 2, 3, 1]), ChannelsFirst = NodeMessage.Numbers("perm", [0, 3, 1, 2]);

    private sealed record Layer(Convolution Convolution, OnnxNode? Sum, string? Addend, OnnxNode? Relu)
    {
        public IEnumerable<OnnxNode> Nodes => new[] { Convolution.Node, Sum, Relu }.OfType<OnnxNode>();

        public OnnxNode Last => Relu ?? Sum ?? Convolution.Node;

        public string Result => Last.Outputs[0];

        public long Outputs => Convolution.Weights.Dims[0];

        public int Inputs => (int)Convolution.Weights.Dims[1];

        public int Size => (int)Convolution.Weights.Dims[2];

        public int Matrices => Size != PlaneWeights.WinogradSize || Inputs == 1 ? PlaneWeights.PixelMatrices
            : Convolution.Strides[0] == 1 ? PlaneWeights.SquareMatrices : PlaneWeights.StripMatrices;
    }

    /// <summary>Changes the convolutions that it understands.</summary>
    /// <returns>Their number; 0 when there is nothing to change.</returns>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public static int Apply(OnnxModel model, OnnxEdit edit)
    {
        GraphLinks links = new(model);
        using FileStream stream = File.OpenRead(model.Path);
        Dictionary<string, Layer> layers = new(StringComparer.Ordinal);
        foreach (Convolution convolution in Convolution.All(model, links, stream).Where(IsUnderstood))
        {
            Layer layer = Find(convolution, links, layers);
            layers.TryAdd(layer.Result, layer);
        }

        // The other ones gain nothing by themselves.
        if (layers.Values.All(layer => layer.Matrices == PlaneWeights.PixelMatrices))
            return 0;
        Pass pass = new(model, links, edit, stream, layers);
        foreach (Layer layer in layers.Values)
            pass.Rewrite(layer);
        edit.UseDomain(OwnDomain.Name, OwnDomain.Version);
        return layers.Count;
    }

    private static bool IsUnderstood(Convolution convolution)
        => convolution is { Group: 1, Weights.Dims: [<= MostChannels and var outputs, <= MostChannels and var inputs, var height, var width], Strides: [>= 1 and <= MostStride, 1], Dilations: [1, 1] }
            && height is 1 or MostSize && width == height && outputs % Lane == 0 && (inputs == 1 || inputs % Lane == 0) && convolution.Pads.All(length => length == height / 2)
            && (convolution.BiasName is null || convolution.Bias is not null);

    // What is added has to come of a layer in front: such have the same axes.
    private static Layer Find(Convolution convolution, GraphLinks links, Dictionary<string, Layer> layers)
    {
        string made = convolution.Node.Outputs[0];
        if (links.OnlyReader(made) is { Operator: "Add", Domain: "" or "ai.onnx", Attributes.Count: 0, Inputs: [var one, var other], Outputs.Count: 1 } sum)
        {
            string addend = string.Equals(one, made, StringComparison.Ordinal) ? other : one;
            if (layers.TryGetValue(addend, out Layer? before) && before.Outputs == convolution.Weights.Dims[0])
                return new Layer(convolution, sum, addend, links.OnlyReader(sum.Outputs[0]) is { Operator: "Relu", Domain: "" or "ai.onnx", Outputs.Count: 1 } relu ? relu : null);
        }

        return new Layer(convolution, null, null, convolution.Relu);
    }

    private sealed class Pass(OnnxModel model, GraphLinks links, OnnxEdit edit, FileStream stream, Dictionary<string, Layer> layers)
    {
        private readonly HashSet<OnnxNode> _changed = new(layers.Values.SelectMany(layer => new[] { layer.Convolution.Node, layer.Sum }).OfType<OnnxNode>(), ReferenceEqualityComparer.Instance);

        // Tensors with channels last.
        private readonly Dictionary<string, string> _turned = new(StringComparer.Ordinal);

        public void Rewrite(Layer layer)
        {
            Convolution convolution = layer.Convolution;
            List<byte[]> before = [], nodes = [];
            string input = Turned(convolution.Input, before), result = edit.AddName(layer.Result + "_channels_last");
            string[] inputs = [input, Weights(layer), Bias(convolution), .. layer.Addend is { } addend ? (string[])[_turned[addend]] : []];
            nodes.Add(NodeMessage.Of(
                Operator,
                inputs,
                result,
                OwnDomain.Name,
                NodeMessage.Number(Size, layer.Size),
                NodeMessage.Number(Stride, convolution.Strides[0]),
                NodeMessage.Number(Relu, layer.Relu is null ? 0 : 1)));
            _turned[layer.Result] = result;
            if (model.Outputs.Contains(layer.Result) || links.Readers(layer.Result).Any(reader => !_changed.Contains(reader)))
                nodes.Add(NodeMessage.Of("Transpose", [result], layer.Result, attributes: ChannelsFirst));

            // What is added may be made behind the convolution.
            foreach (OnnxNode old in layer.Nodes)
                edit.Replace(old.Field, [.. old == convolution.Node ? before : [], .. old == layer.Last ? nodes : []]);
        }

        private string Turned(string tensor, List<byte[]> nodes)
        {
            if (_turned.TryGetValue(tensor, out string? known))
                return known;
            string turned = _turned[tensor] = edit.AddName(tensor + "_channels_last");
            nodes.Add(NodeMessage.Of("Transpose", [tensor], turned, attributes: ChannelsLast));
            return turned;
        }

        private string Weights(Layer layer)
        {
            OnnxTensor weights = layer.Convolution.Weights;
            float[] arranged = PlaneWeights.Arrange(weights.Read<float>(stream), (int)layer.Outputs, layer.Inputs, layer.Size, layer.Matrices);
            if (links.Readers(weights.Name).All(_changed.Contains))
                edit.Remove(weights.Field);
            return edit.AddTensor(
                weights.Name + "_arranged",
                OnnxSchema.FloatType,
                PlaneWeights.Shape(layer.Matrices, layer.Size, layer.Inputs, layer.Outputs),
                MemoryMarshal.AsBytes(arranged.AsSpan()));
        }

        private string Bias(Convolution convolution)
            => convolution.BiasName ?? edit.AddTensor(convolution.Weights.Name + "_no_bias", OnnxSchema.FloatType, [convolution.Weights.Dims[0]], new byte[convolution.Weights.Dims[0] * sizeof(float)]);
    }
}
