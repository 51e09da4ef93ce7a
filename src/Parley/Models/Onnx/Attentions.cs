using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>
/// Lets attention read queries, keys and values as they lie in the products that make them, with an operator of the project's own in place of all that cuts them
/// apart, turns them over, multiplies them, masks, weighs and puts the outcome together.
/// </summary>
internal static class Attentions
{
    /// <summary>
    /// The operator: queries [batch, queries, ..], keys and values [batch, frames, ..], of which heads * size numbers count, a mask [batch or 1, 1, 1, frames] that is
    /// added, and a scale; the outcome [batch, queries, heads * size].
    /// </summary>
    public const string Operator = "Attention";

    /// <summary>Attribute: heads.</summary>
    public const string Heads = "heads";

    /// <summary>Attribute: values of a head.</summary>
    public const string Size = "size";

    /// <summary>Attribute: where in its row a query starts.</summary>
    public const string QueryStart = "query_start";

    /// <summary>Attribute: where in its row a key starts.</summary>
    public const string KeyStart = "key_start";

    /// <summary>Attribute: where in its row a value starts.</summary>
    public const string ValueStart = "value_start";

    /// <summary>Attribute: 1 where products of queries and keys are scaled, 0 where queries are.</summary>
    public const string ScalesScores = "scales_scores";

    /// <summary>Heads, at most.</summary>
    public const int MostHeads = 256;

    /// <summary>Values of a head, at most.</summary>
    public const int MostSize = 1024;

    /// <summary>Values of a row in front of the first that counts, at most.</summary>
    public const int MostWidth = 1 << 20;

    private static readonly long[] HeadsFirst = [0, 2, 1, 3], TurnedOver = [0, 2, 3, 1], LastTwo = [0, 1, 3, 2];

    /// <summary>Changes the attentions that it understands.</summary>
    /// <returns>Their number; 0 when there is nothing to change.</returns>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public static int Apply(OnnxModel model, OnnxEdit edit)
    {
        GraphLinks links = new(model);
        using FileStream stream = File.OpenRead(model.Path);
        Graph graph = new(model, links, stream);
        Dictionary<OnnxNode, IReadOnlyList<string>> changed = new(ReferenceEqualityComparer.Instance);
        foreach (OnnxNode softmax in model.Nodes.Where(node => node is { Operator: "Softmax", Domain: "" or "ai.onnx" }))
        {
            if (graph.Find(softmax) is { } found)
                found.Write(edit, changed);
        }

        if (changed.Count == 0)
            return 0;
        edit.UseDomain(OwnDomain.Name, OwnDomain.Version);
        links.RemoveUnread(edit, changed.GetValueOrDefault);
        return changed.Count;
    }

    private sealed record Rows(string Name, int Start);

    private sealed record Found(Rows Query, Rows Key, Rows Value, string Mask, float Scale, bool ScalesScores, int Heads, int Size, OnnxNode Last)
    {
        public void Write(OnnxEdit edit, Dictionary<OnnxNode, IReadOnlyList<string>> changed)
        {
            string output = Last.Outputs[0];
            string[] inputs = [Query.Name, Key.Name, Value.Name, Mask, edit.AddTensor(output + "_scale", OnnxSchema.FloatType, [1], MemoryMarshal.AsBytes([Scale]))];
            edit.Replace(Last.Field, NodeMessage.Of(
                Operator, inputs, output, OwnDomain.Name, NodeMessage.Number(Attentions.Heads, Heads), NodeMessage.Number(Attentions.Size, Size), NodeMessage.Number(QueryStart, Query.Start),
                NodeMessage.Number(KeyStart, Key.Start), NodeMessage.Number(ValueStart, Value.Start), NodeMessage.Number(Attentions.ScalesScores, ScalesScores ? 1 : 0)));
            changed[Last] = inputs;
        }
    }

    // Finds Reshape(Transpose(MatMul(Softmax(MatMul(queries, keys) + mask), values))).
    private sealed class Graph(OnnxModel model, GraphLinks links, FileStream stream)
    {
        private const int LastAxis = 3, FirstVersionWithLastAxis = 13;

        private readonly KnownNumbers _numbers = new(model, links, stream);

        public Found? Find(OnnxNode softmax)
        {
            long axis = new NodeAttributes(softmax, stream).Number("axis", model.OperatorVersion >= FirstVersionWithLastAxis ? -1 : 1);
            if (axis is not (-1 or LastAxis) || Maker(softmax.Inputs[0], "Add") is not { } sum || links.OnlyReader(softmax.Outputs[0]) is not { Operator: "MatMul", Inputs: [var weights, var values] } mixed
                || !IsSame(weights, softmax.Outputs[0]) || links.OnlyReader(mixed.Outputs[0]) is not { Operator: "Transpose" } turned || !IsTurn(turned, HeadsFirst)
                || links.Readers(turned.Outputs[0]).Where(node => IsSame(node.Operator, "Reshape")).ToArray() is not [var last])
                return null;
            int place = Maker(sum.Inputs[0], "MatMul") is null ? 1 : 0;
            if (Maker(sum.Inputs[place], "MatMul") is not { Inputs: [var left, var right] })
                return null;
            (left, float? late) = Unscaled(left);
            if (Split(left, HeadsFirst) is not var (query, heads, size) || heads > MostHeads || size > MostSize
                || Split(values, HeadsFirst) is not var (value, valueHeads, valueSize) || SplitKeys(right) is not var (key, keyHeads, keySize)
                || (keyHeads, keySize, valueHeads, valueSize) != (heads, size, heads, size)
                || _numbers.Whole(last.Inputs[1]) is not [null or 0, null or 0 or -1, { } width] || width != heads * size)
                return null;
            (query, float? early) = Unscaled(query);
            return Rows(query, width) is { } queries && Rows(key, width) is { } keys && Rows(value, width) is { } ofValues
                ? new Found(queries, keys, ofValues, sum.Inputs[1 - place], (late ?? 1) * (early ?? 1), late is not null, (int)heads, (int)size, last) : null;
        }

        private static bool IsSame(string one, string other) => string.Equals(one, other, StringComparison.Ordinal);

        private OnnxNode? Maker(string name, string type) => links.Maker(name) is { Domain: "" or "ai.onnx", Inputs.Count: 2 } node && IsSame(node.Operator, type) ? node : null;

        private bool IsTurn(OnnxNode node, long[] order) => new NodeAttributes(node, stream).Numbers("perm")?.SequenceEqual(order) == true;

        private (string Name, float? Factor) Unscaled(string name)
        {
            if (Maker(name, "Mul") is not { Inputs: [var one, var other] })
                return (name, null);
            return _numbers.Real(other) is { } right ? (one, right) : _numbers.Real(one) is { } left ? (other, left) : (name, null);
        }

        private (string Name, long Heads, long Size)? SplitKeys(string name)
            => links.Maker(name) is { Operator: "Transpose" } turned && IsTurn(turned, LastTwo) ? Split(turned.Inputs[0], HeadsFirst) : Split(name, TurnedOver);

        private (string Name, long Heads, long Size)? Split(string name, long[] order)
            => links.Maker(name) is { Operator: "Transpose" } turned && IsTurn(turned, order) && Maker(turned.Inputs[0], "Reshape") is { Inputs: [var rows, var shape] }
                && _numbers.Whole(shape) is [null or 0, null or 0 or -1, > 0 and { } heads, > 0 and { } size] ? (rows, heads, size) : null;

        private Rows? Rows(string name, long width)
            => _numbers.Part(name) is var (whole, start, length) ? (length == width && start <= MostWidth ? new Rows(whole, start) : null)
                : _numbers.Width(name) == width ? new Rows(name, 0) : null;
    }
}
