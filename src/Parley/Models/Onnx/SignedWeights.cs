namespace Parley.Models.Onnx;

/// <summary>
/// Makes signed 8-bit weights of unsigned ones: 128 less for each value and for its zero point, so every difference between the two, and with it the
/// result, stays what it was. Processors with instructions for the dot product of unsigned and signed bytes (VNNI) then use them.
/// </summary>
/// <remarks>
/// x86 processors without such instructions add up pairs of products in 16 bits and saturate (<c>vpmaddubsw</c>): the graph is the same, the result is not.
/// There, only weights change of which no pair can reach that limit, whatever it is multiplied with.
/// </remarks>
internal static class SignedWeights
{
    private const byte SignBit = 0x80, UnsignedToSigned = OnnxSchema.UInt8Type ^ OnnxSchema.Int8Type;
    private const string Microsoft = "com.microsoft";

    // 255 times as much, the largest unsigned factor, is just within 16 bits.
    private const int LargestPair = 128;

    // Operators whose second factor may be of either sign, whatever the first is: where the weights and their zero point stand.
    private static readonly Dictionary<(string Domain, string Operator), (int Weights, int ZeroPoint)> Slots = new()
    {
        [("", "MatMulInteger")] = (1, 3),
        [("", "QLinearMatMul")] = (3, 5),
        [("", "QLinearConv")] = (3, 5),
        [("", "ConvInteger")] = (1, 3),
        [(Microsoft, "MatMulIntegerToFloat")] = (1, 5),
        [(Microsoft, "DynamicQuantizeMatMul")] = (1, 3),
    };

    /// <summary>Marks what has to change.</summary>
    /// <param name="model">The network.</param>
    /// <param name="edit">Receives the changes.</param>
    /// <param name="avoidSaturation">Whether the processor saturates pairs of products; weights are read then, else not.</param>
    /// <returns>Weights that become signed; 0 when there is nothing to change.</returns>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public static int Apply(OnnxModel model, OnnxEdit edit, bool avoidSaturation)
    {
        using FileStream? stream = avoidSaturation ? File.OpenRead(model.Path) : null;
        Dictionary<string, OnnxTensor> tensors = model.Tensors
            .Where(tensor => IsPlainUnsigned(model, tensor) && (stream is null || !CanSaturate(tensor, stream)))
            .ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        HashSet<OnnxNode> nodes = new(
            model.Nodes.Where(node => SlotsOf(node) is { } slots && tensors.ContainsKey(Input(node, slots.Weights)) && tensors.ContainsKey(Input(node, slots.ZeroPoint))),
            ReferenceEqualityComparer.Instance);
        KeepClosed(model, nodes);

        string[] weights = [.. nodes.Select(node => Input(node, SlotsOf(node)!.Value.Weights)).Distinct(StringComparer.Ordinal)];
        foreach (string name in weights.Concat(nodes.Select(node => Input(node, SlotsOf(node)!.Value.ZeroPoint))).Distinct(StringComparer.Ordinal))
        {
            OnnxTensor tensor = tensors[name];
            edit.Flip(tensor.TypeField!.Value, UnsignedToSigned);
            edit.Flip(tensor.Raw!.Value, SignBit);
        }

        return weights.Length;
    }

    // A tensor may change only when all who read it change with it; whoever cannot takes the others along.
    private static void KeepClosed(OnnxModel model, HashSet<OnnxNode> nodes)
    {
        bool hasChanged = true;
        while (hasChanged)
        {
            HashSet<string> fixedNames = new(model.Nodes.SelectMany(node => ReadAsTheyAre(node, nodes.Contains(node))), StringComparer.Ordinal);
            hasChanged = nodes.RemoveWhere(node => SlotsOf(node) is { } slots && (fixedNames.Contains(Input(node, slots.Weights)) || fixedNames.Contains(Input(node, slots.ZeroPoint)))) > 0;
        }
    }

    private static IEnumerable<string> ReadAsTheyAre(OnnxNode node, bool changes)
    {
        (int weights, int zeroPoint) = changes ? SlotsOf(node)!.Value : (-1, -1);
        return node.Inputs.Where((_, slot) => slot != weights && slot != zeroPoint);
    }

    private static bool IsPlainUnsigned(OnnxModel model, OnnxTensor tensor)
        => tensor is { Type: OnnxSchema.UInt8Type, TypeField.Length: 1, Raw: { } raw } && raw.Length > 0 && raw.Length == tensor.Count && !model.Declared.Contains(tensor.Name);

    // Neighbours along the axis that is summed over are a pair: rows of a matrix. How convolutions pair their weights is not known here.
    private static bool CanSaturate(OnnxTensor tensor, FileStream stream)
    {
        if (tensor.Dims.Count < 2)
            return false; // a zero point
        if (tensor.Dims.Count > 2)
            return true;
        int columns = (int)tensor.Dims[1];
        byte[] rows = new byte[2 * columns];
        stream.Position = tensor.Raw!.Value.ValueStart;
        for (long row = 0; row + 1 < tensor.Dims[0]; row += 2)
        {
            stream.ReadExactly(rows);
            for (int column = 0; column < columns; column++)
            {
                int pair = rows[column] + rows[columns + column] - (2 * SignBit);
                if (pair is > LargestPair or < -LargestPair)
                    return true;
            }
        }

        return false;
    }

    private static (int Weights, int ZeroPoint)? SlotsOf(OnnxNode node)
        => Slots.TryGetValue((node.Domain is "ai.onnx" ? "" : node.Domain, node.Operator), out (int, int) slots) ? slots : null;

    private static string Input(OnnxNode node, int slot) => slot < node.Inputs.Count ? node.Inputs[slot] : "";
}
