namespace Parley.Models.Onnx;

/// <summary>What stands behind a block of densely connected layers: normalisation, Relu, and a product of single frames that makes fewer channels of them, with a Relu or without.</summary>
/// <param name="Normalisation">The first.</param>
/// <param name="Product">The last.</param>
internal sealed record DenseTransition(BatchNormalization Normalisation, Convolution Product)
{
    /// <summary>Channels that it makes.</summary>
    public int Channels => (int)Product.Weights.Dims[0];

    /// <summary>The node that ends it.</summary>
    public OnnxNode Last => Product.Relu ?? Product.Node;

    /// <summary>Finds it.</summary>
    /// <returns>Null when something else stands there, or others see what lies between.</returns>
    public static DenseTransition? Behind(OnnxNode sum, GraphLinks links, IReadOnlyDictionary<string, Convolution> convolutions, IReadOnlyDictionary<string, OnnxTensor> tensors, FileStream stream)
        => links.OnlyReader(sum.Outputs[0]) is { Outputs: [var normalised] } batch && BatchNormalization.Of(batch, tensors, stream) is { } normalisation
            && links.OnlyReader(normalised) is { Operator: "Relu", Domain: "" or "ai.onnx", Outputs: [var cut] } && links.OnlyReader(cut) is { } reader
            && convolutions.Values.FirstOrDefault(convolution => convolution.Node == reader) is { IsFlat: true, IsPointwise: true, Group: 1 } product && (product.BiasName is null || product.Bias is not null)
            && product.Weights.Dims[1] == normalisation.Gains.Length
            ? new DenseTransition(normalisation, product) : null;
}
