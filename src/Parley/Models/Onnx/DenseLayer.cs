namespace Parley.Models.Onnx;

/// <summary>One densely connected layer of CAM++ as it stands in a graph.</summary>
internal sealed record DenseLayer
{
    /// <summary>What it reads: [windows, channels, frames].</summary>
    public string Input => Normalisation.Input;

    /// <summary>The node that puts what it has found behind its input.</summary>
    public required OnnxNode Sum { get; init; }

    /// <summary>In front of the first convolution, with a Relu.</summary>
    public required BatchNormalization Normalisation { get; init; }

    /// <summary>The first convolution, of single frames, with a Relu.</summary>
    public required Convolution Narrow { get; init; }

    /// <summary>The second one, of some frames.</summary>
    public required Convolution Local { get; init; }

    /// <summary>The first product of the context, with a Relu.</summary>
    public required Convolution Context { get; init; }

    /// <summary>The second one, with a sigmoid.</summary>
    public required Convolution Mask { get; init; }

    /// <summary>Channels that it reads.</summary>
    public int Channels => (int)Narrow.Weights.Dims[1];

    /// <summary>Sizes of a block of layers that begins with it.</summary>
    public DenseSizes Sizes(int layers)
        => new(Channels, layers, (int)Local.Weights.Dims[0], (int)Local.Weights.Dims[1], (int)Context.Weights.Dims[0], (int)Local.Weights.Dims[2], Transition: 0);

    /// <summary>Whether another layer can follow in the same block.</summary>
    public bool Fits(DenseLayer next)
        => next.Sizes(1) == Sizes(1) with { Channels = Channels + (int)Local.Weights.Dims[0] } && next.Local.Dilations.SequenceEqual(Local.Dilations) && next.Local.Pads.SequenceEqual(Local.Pads);

    /// <summary>Finds the layer that ends in a node.</summary>
    /// <returns>Null when none does, or it is not understood.</returns>
    public static DenseLayer? EndingIn(OnnxNode sum, GraphLinks links, IReadOnlyDictionary<string, Convolution> convolutions, IReadOnlyDictionary<string, OnnxTensor> tensors, FileStream stream)
    {
        if (sum is not { Operator: "Concat", Domain: "" or "ai.onnx", Inputs: [var input, var added] } || new NodeAttributes(sum, stream).Number("axis", 0) != 1
            || Made(links, added, "Mul") is not { Inputs: [var one, var other] })
            return null;
        (string found, string mask) = convolutions.ContainsKey(one) ? (one, other) : (other, one);
        if (!convolutions.TryGetValue(found, out Convolution? local) || Made(links, mask, "Sigmoid") is not { Inputs: [var masked] } || !convolutions.TryGetValue(masked, out Convolution? second)
            || !convolutions.TryGetValue(second.Input, out Convolution? first) || Made(links, first.Input, "Add") is not { Inputs: [var mean, var again] } || !string.Equals(mean, again, StringComparison.Ordinal)
            || Made(links, mean, "ReduceMean") is not { Inputs: [var frames] } reduce || new NodeAttributes(reduce, stream).Numbers("axes") is not [-1 or 2] || new NodeAttributes(reduce, stream).Number("keepdims", 1) != 1
            || !string.Equals(frames, local.Input, StringComparison.Ordinal) || !convolutions.TryGetValue(frames, out Convolution? narrow)
            || Made(links, narrow.Input, "Relu") is not { Inputs: [var normalised] } || BatchNormalization.Of(links.Maker(normalised), tensors, stream) is not { } normalisation
            || !string.Equals(normalisation.Input, input, StringComparison.Ordinal))
            return null;
        DenseLayer layer = new() { Sum = sum, Normalisation = normalisation, Narrow = narrow, Local = local, Context = first, Mask = second };
        return layer.IsWhole ? layer : null;
    }

    private bool IsWhole
        => Narrow is { IsPointwise: true, Relu: not null } && Context is { IsPointwise: true, Relu: not null } && Mask is { IsPointwise: true, Relu: null } && Local.Relu is null
            && new[] { Narrow, Local, Context, Mask }.All(convolution => convolution is { IsFlat: true, Group: 1 } && (convolution.BiasName is null || convolution.Bias is not null))
            && Narrow.Weights.Dims is [var bottleneck, var channels, _] && channels == Normalisation.Gains.Length && bottleneck % DenseSizes.Lanes == 0
            && Local.Weights.Dims is [var growth, var ofLocal, var taps] && ofLocal == bottleneck && Local.Strides[0] == 1 && Local.Dilations[0] > 0
            && Local.Pads is [>= 0 and var before, >= 0 and var after] && before + after == (taps - 1) * Local.Dilations[0]
            && Context.Weights.Dims is [var hidden, var ofContext, _] && ofContext == bottleneck && Mask.Weights.Dims is [var ofMask, var fromHidden, _] && ofMask == growth && fromHidden == hidden;

    private static OnnxNode? Made(GraphLinks links, string name, string type) => links.Maker(name) is { Domain: "" or "ai.onnx" } node && string.Equals(node.Operator, type, StringComparison.Ordinal) ? node : null;
}
