namespace Parley.Models.Onnx;

/// <summary>A product of values, made 8 bits when the network runs, and a matrix of bytes, however it is written.</summary>
/// <param name="Values">The values before they are made 8 bits; null where that is not done by <c>DynamicQuantizeLinear</c>.</param>
/// <param name="Weights">The matrix.</param>
/// <param name="Scale">Its scale, for all or for each column.</param>
/// <param name="ZeroPoint">Its zero point, likewise; empty for 0.</param>
/// <param name="Last">The node that gives the outcome.</param>
internal sealed record QuantizedProduct(string? Values, string Weights, string Scale, string ZeroPoint, OnnxNode Last)
{
    /// <summary>Bias that the node adds itself; empty for none.</summary>
    public string Bias { get; private init; } = "";

    /// <summary>The products of a graph.</summary>
    /// <param name="model">The graph.</param>
    /// <param name="links">Its links.</param>
    public static IEnumerable<QuantizedProduct> All(OnnxModel model, GraphLinks links)
    {
        HashSet<string> constants = new(model.Tensors.Select(tensor => tensor.Name), StringComparer.Ordinal);
        return model.Nodes.Select(node => node switch
        {
            { Operator: "MatMulInteger", Domain: "" or "ai.onnx", Outputs.Count: 1 } => Spread(node, links, constants),
            { Operator: "DynamicQuantizeMatMul", Domain: NodeMessage.Microsoft } => new QuantizedProduct(Input(node, 0), Input(node, 1), Input(node, 2), Input(node, 3), node) { Bias = Input(node, 4) },
            { Operator: "MatMulIntegerToFloat", Domain: NodeMessage.Microsoft } => new QuantizedProduct(null, Input(node, 1), Input(node, 3), Input(node, 5), node) { Bias = Input(node, 6) },
            _ => null,
        }).OfType<QuantizedProduct>();
    }

    // Exporters put the scale behind the product: Cast to float, times (scale of the values * scale of the weights).
    private static QuantizedProduct? Spread(OnnxNode node, GraphLinks links, HashSet<string> constants)
    {
        if (links.OnlyReader(node.Outputs[0]) is not { Operator: "Cast", Outputs: [string number] } || links.OnlyReader(number) is not { Operator: "Mul", Inputs: [string one, string other] } last)
            return null;
        string factor = Same(one, number) ? other : one;
        if (constants.Contains(factor))
            return new QuantizedProduct(null, Input(node, 1), factor, Input(node, 3), last);
        if (links.OnlyReader(factor) is null || links.Maker(factor) is not { Operator: "Mul", Inputs: [string left, string right] })
            return null;
        (string scale, string ofValues) = constants.Contains(left) ? (left, right) : (right, left);
        if (!constants.Contains(scale))
            return null;
        bool isDynamic = links.Maker(Input(node, 0)) is { Operator: "DynamicQuantizeLinear", Outputs: [var bytes, var step, var zero] }
            && Same(Input(node, 0), bytes) && Same(ofValues, step) && Same(Input(node, 2), zero);
        return new QuantizedProduct(isDynamic ? Input(links.Maker(Input(node, 0))!, 0) : null, Input(node, 1), scale, Input(node, 3), last);
    }

    private static string Input(OnnxNode node, int slot) => slot < node.Inputs.Count ? node.Inputs[slot] : "";

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.Ordinal);
}
