namespace Parley.Models.Onnx;

/// <summary>A convolution over one axis or two whose weights lie in the file, and the Relu behind it that nobody else sees around.</summary>
internal sealed record Convolution
{
    private const int WeightsSlot = 1, BiasSlot = 2, OneAxis = 3, TwoAxes = 4;

    private static readonly HashSet<string> KnownAttributes = new(["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"], StringComparer.Ordinal);

    /// <summary>The node.</summary>
    public required OnnxNode Node { get; init; }

    /// <summary>The node behind it; null when there is none, or others read what lies between.</summary>
    public required OnnxNode? Relu { get; init; }

    /// <summary>Its weights, floats, [output channels, input channels of a group, kernel...].</summary>
    public required OnnxTensor Weights { get; init; }

    /// <summary>Name of its bias; null when it has none.</summary>
    public required string? BiasName { get; init; }

    /// <summary>Its bias; null when it has none, or it does not lie in the file as plain floats.</summary>
    public required OnnxTensor? Bias { get; init; }

    /// <summary>Whether it goes over one axis.</summary>
    public bool IsFlat => Weights.Dims.Count == OneAxis;

    /// <summary>What it reads.</summary>
    public string Input => Node.Inputs[0];

    /// <summary>What it makes, behind the Relu if there is one.</summary>
    public string Result => (Relu ?? Node).Outputs[0];

    /// <summary>Its attributes, for two axes: the first of them has length 1 where it goes over one.</summary>
    public required IReadOnlyList<byte[]> Attributes { get; init; }

    /// <summary>Zeros around each axis: before all of them, then behind.</summary>
    public required IReadOnlyList<long> Pads { get; init; }

    /// <summary>Positions from one outcome to the next, for each axis.</summary>
    public required IReadOnlyList<long> Strides { get; init; }

    /// <summary>Positions from one tap to the next, for each axis.</summary>
    public required IReadOnlyList<long> Dilations { get; init; }

    /// <summary>Groups of channels that do not see one another.</summary>
    public required long Group { get; init; }

    /// <summary>Whether it goes on position by position, and sees neighbours.</summary>
    public bool IsDense => Strides.Concat(Dilations).All(length => length == 1);

    /// <summary>Whether each output position depends on the input at that position alone.</summary>
    public required bool IsPointwise { get; init; }

    /// <summary>Axes of the weights, for two axes.</summary>
    public IReadOnlyList<long> WideDims => IsFlat ? [Weights.Dims[0], Weights.Dims[1], 1, Weights.Dims[2]] : Weights.Dims;

    /// <summary>Those of a network that are understood, in the order of the file.</summary>
    public static IEnumerable<Convolution> All(OnnxModel model, GraphLinks links, FileStream stream)
    {
        Dictionary<string, OnnxTensor> tensors = model.Floats();
        foreach (OnnxNode node in model.Nodes)
        {
            if (Read(node, tensors, links, stream) is { } convolution)
                yield return convolution;
        }
    }

    private static Convolution? Read(OnnxNode node, Dictionary<string, OnnxTensor> tensors, GraphLinks links, FileStream stream)
    {
        if (node is not { Operator: "Conv", Domain: "" or "ai.onnx", Inputs.Count: 2 or 3, Outputs.Count: 1 } || !node.Attributes.All(KnownAttributes.Contains)
            || !tensors.TryGetValue(node.Inputs[WeightsSlot], out OnnxTensor? weights) || weights.Dims.Count is not (OneAxis or TwoAxes))
            return null;
        int axes = weights.Dims.Count - 2;
        NodeAttributes attributes = new(node, stream);
        IReadOnlyList<long> kernel = attributes.Numbers("kernel_shape") ?? [.. weights.Dims.Skip(2)],
            pads = attributes.Numbers("pads") ?? new long[2 * axes],
            strides = attributes.Numbers("strides") ?? [.. Enumerable.Repeat(1L, axes)],
            dilations = attributes.Numbers("dilations") ?? [.. Enumerable.Repeat(1L, axes)];
        if (attributes.Word("auto_pad") is not (null or "" or "NOTSET") || pads.Count != 2 * axes || strides.Count != axes || dilations.Count != axes || !kernel.SequenceEqual(weights.Dims.Skip(2)))
            return null;
        string? bias = node.Inputs.Count > BiasSlot && node.Inputs[BiasSlot].Length > 0 ? node.Inputs[BiasSlot] : null;
        bool isFlat = axes == 1;
        return new Convolution
        {
            Node = node,
            Relu = links.OnlyReader(node.Outputs[0]) is { Operator: "Relu", Domain: "" or "ai.onnx", Outputs.Count: 1 } relu ? relu : null,
            Weights = weights,
            BiasName = bias,
            Bias = bias is not null && tensors.TryGetValue(bias, out OnnxTensor? tensor) && tensor.Dims.SequenceEqual([weights.Dims[0]]) ? tensor : null,
            Pads = pads,
            Strides = strides,
            Dilations = dilations,
            Group = attributes.Number("group", 1),
            IsPointwise = kernel.Concat(strides).All(length => length == 1) && pads.All(length => length == 0),
            Attributes =
            [
                NodeMessage.Number("group", attributes.Number("group", 1)),
                NodeMessage.Numbers("kernel_shape", isFlat ? [1, .. kernel] : kernel),
                NodeMessage.Numbers("pads", isFlat ? [0, pads[0], 0, pads[1]] : pads),
                NodeMessage.Numbers("strides", isFlat ? [1, .. strides] : strides),
                NodeMessage.Numbers("dilations", isFlat ? [1, .. dilations] : dilations),
            ],
        };
    }
}
