using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>
/// Puts one operator of the project's own in the place of what exporters write for the normalisation of rows: nine nodes, which ONNX Runtime makes one of, too, but adds up
/// number by number.
/// </summary>
internal static class Normalizations
{
    /// <summary>The operator: floats [.., width], weights and bias [width], and what is added to the variance [1]; the outcome has the shape of the first.</summary>
    public const string Operator = "RowNormalization";

    /// <summary>Changes the normalisations that it understands.</summary>
    /// <returns>Their number; 0 when there is nothing to change.</returns>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public static int Apply(OnnxModel model, OnnxEdit edit)
    {
        GraphLinks links = new(model);
        using FileStream stream = File.OpenRead(model.Path);
        KnownNumbers numbers = new(model, links, stream);
        Dictionary<string, OnnxTensor> vectors = model.Tensors.Where(tensor => tensor.Dims.Count == 1 && tensor.IsPlain(OnnxSchema.FloatType, sizeof(float))).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        Dictionary<OnnxNode, IReadOnlyList<string>> changed = new(ReferenceEqualityComparer.Instance);

        // less = x - mean(x); less / sqrt(mean(less ^ 2) + epsilon) * weights + bias
        foreach (OnnxNode division in model.Nodes.Where(node => IsOf(node, "Div")))
        {
            if (Made(division.Inputs[1], "Sqrt") is not { } root || Made(root.Inputs[0], "Add") is not { } variance || numbers.Real(variance.Inputs[1]) is not { } epsilon
                || Mean(variance.Inputs[0]) is not { } square || Made(square, "Pow") is not { } power || numbers.Real(power.Inputs[1]) is not 2f || !IsSame(power.Inputs[0], division.Inputs[0])
                || Made(power.Inputs[0], "Sub") is not { } less || Mean(less.Inputs[1]) is not { } rows || !IsSame(rows, less.Inputs[0])
                || Behind(division, "Mul") is not var (scaled, weights) || Behind(scaled, "Add") is not var (last, bias) || weights.Count != bias.Count)
                continue;
            string output = last.Outputs[0];
            string[] inputs = [rows, weights.Name, bias.Name, edit.AddTensor(output + "_epsilon", OnnxSchema.FloatType, [1], MemoryMarshal.AsBytes([epsilon]))];
            edit.Replace(last.Field, NodeMessage.Of(Operator, inputs, output, OwnDomain.Name));
            changed[last] = inputs;
        }

        if (changed.Count == 0)
            return 0;
        edit.UseDomain(OwnDomain.Name, OwnDomain.Version);
        links.RemoveUnread(edit, changed.GetValueOrDefault);
        return changed.Count;

        OnnxNode? Made(string name, string type) => links.Maker(name) is { } node && IsOf(node, type) ? node : null;

        string? Mean(string name) => Made(name, "ReduceMean") is { } mean && new NodeAttributes(mean, stream) is var said && said.Numbers("axes") is [-1] && said.Number("keepdims", 1) == 1 ? mean.Inputs[0] : null;

        (OnnxNode Node, OnnxTensor Vector)? Behind(OnnxNode node, string type)
            => links.OnlyReader(node.Outputs[0]) is { } next && IsOf(next, type) && vectors.TryGetValue(next.Inputs[IsSame(next.Inputs[0], node.Outputs[0]) ? 1 : 0], out OnnxTensor? vector) ? (next, vector) : null;
    }

    private static bool IsOf(OnnxNode node, string type)
        => node.Domain is "" or "ai.onnx" && IsSame(node.Operator, type) && node.Inputs.Count == (type is "Sqrt" or "ReduceMean" ? 1 : 2);

    private static bool IsSame(string one, string other) => string.Equals(one, other, StringComparison.Ordinal);
}
