namespace Parley.Models.Onnx;

/// <summary>Lets packed products (<see cref="PackedMatrix"/>) add what is added behind them, such as what went around them, while their outcome is at hand.</summary>
internal static class ProductSums
{
    private const int PlainInputs = 6, MostInputs = 8;

    /// <summary>Changes the sums that it understands.</summary>
    /// <returns>Their number; 0 when there is nothing to change.</returns>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public static int Apply(OnnxModel model, OnnxEdit edit)
    {
        GraphLinks links = new(model);
        using FileStream stream = File.OpenRead(model.Path);
        HashSet<string> tensors = new(model.Tensors.Select(tensor => tensor.Name), StringComparer.Ordinal);
        Dictionary<OnnxNode, IReadOnlyList<string>> changed = new(ReferenceEqualityComparer.Instance);
        int count = 0;
        foreach (OnnxNode product in model.Nodes.Where(node => node is { Operator: PackedMatrix.Operator, Domain: OwnDomain.Name }))
        {
            NodeAttributes said = new(product, stream);
            List<string> inputs = [.. product.Inputs];
            OnnxNode last = product;
            while (inputs.Count is >= PlainInputs and < MostInputs && said.Number(PackedMatrix.Relu, 1) == 0
                && links.OnlyReader(last.Outputs[0]) is { Operator: "Add", Domain: "" or "ai.onnx", Inputs: [var one, var other] } sum && !changed.ContainsKey(sum))
            {
                string addend = string.Equals(one, last.Outputs[0], StringComparison.Ordinal) ? other : one;
                if (tensors.Contains(addend) || links.Maker(addend) is not { Operator: not "Constant" })
                    break;
                inputs.Add(addend);
                last = sum;
                count++;
            }

            if (last == product)
                continue;
            edit.Replace(last.Field, NodeMessage.Of(
                PackedMatrix.Operator,
                inputs,
                last.Outputs[0],
                OwnDomain.Name,
                NodeMessage.Number(PackedMatrix.Center, said.Number(PackedMatrix.Center, otherwise: 0)),
                NodeMessage.Number(PackedMatrix.Relu, 0),
                NodeMessage.Number(PackedMatrix.Rectified, said.Number(PackedMatrix.Rectified, otherwise: 0))));
            changed[last] = inputs;
        }

        if (count > 0)
            links.RemoveUnread(edit, changed.GetValueOrDefault);
        return count;
    }
}
