using System.Buffers.Binary;

namespace Parley.Models.Onnx;

/// <summary>
/// What can be told of small numbers that a graph computes before it runs: from constants, and from the lengths of last axes, which weights fix. Exporters write
/// down how a shape came about, not what it is.
/// </summary>
/// <param name="model">The graph.</param>
/// <param name="links">Its links.</param>
/// <param name="stream">Its file.</param>
internal sealed class KnownNumbers(OnnxModel model, GraphLinks links, FileStream stream)
{
    // Shapes have few numbers, and few steps lead to them.
    private const int MostNumbers = 8, MostSteps = 24;

    private readonly Dictionary<string, OnnxTensor> _tensors = model.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);

    /// <summary>Whole numbers of 64 bits.</summary>
    /// <returns>Null for a number that is only known when the network runs; null in place of all where not even their number is known.</returns>
    public IReadOnlyList<long?>? Whole(string name) => Whole(name, 0);

    /// <summary>One whole number; null where it is not known, or there are several.</summary>
    public long? Single(string name) => Whole(name) is [var number] ? number : null;

    /// <summary>One number of 32 bits; null where it is not known, or there are several.</summary>
    public float? Real(string name)
    {
        if (Raw(name, OnnxSchema.FloatType, sizeof(float)) is { Length: sizeof(float) } bytes)
            return BinaryPrimitives.ReadSingleLittleEndian(bytes);
        return links.Maker(name) is { Operator: "Pow", Inputs: [var power, var exponent] } && links.Maker(power) is { Operator: "Cast", Inputs: [var whole] } cast
            && new NodeAttributes(cast, stream).Number("to", 0) == OnnxSchema.FloatType && Single(whole) is { } number && Real(exponent) is { } by
            ? MathF.Pow(number, by) : null;
    }

    /// <summary>Length of the last axis of a value; null where it is not known.</summary>
    public long? Width(string name) => Width(name, 0);

    private IReadOnlyList<long?>? Whole(string name, int step)
    {
        if (step > MostSteps)
            return null;
        if (Raw(name, OnnxSchema.Int64Type, sizeof(long)) is { } bytes)
            return [.. Enumerable.Range(0, bytes.Length / sizeof(long)).Select(i => (long?)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * sizeof(long))))];
        if (links.Maker(name) is not { Domain: "" or "ai.onnx" } node)
            return null;
        return node switch
        {
            { Operator: "Unsqueeze" or "Squeeze" or "Cast" or "Identity", Inputs: [var same, ..] } => Whole(same, step + 1),
            { Operator: "Gather", Inputs: [var shape, var index] } when links.Maker(shape) is { Operator: "Shape", Inputs: [var shaped], Attributes: [] } => [LengthOf(shaped, Single(index), step + 1)],
            { Operator: "Add" or "Mul" or "Div", Inputs: [var one, var other] } => Computed(node.Operator, Whole(one, step + 1), Whole(other, step + 1)),
            { Operator: "Concat" } => Joined(node.Inputs, step + 1),
            _ => null,
        };
    }

    // Values of these networks have three axes where the last one is asked for: [batch, frames, width].
    private long? LengthOf(string name, long? axis, int step) => axis is -1 or 2 ? Width(name, step) : null;

    private static IReadOnlyList<long?>? Computed(string type, IReadOnlyList<long?>? one, IReadOnlyList<long?>? other)
    {
        if (one is not [var left] || other is not [var right])
            return null;
        try
        {
            return [checked(type switch { "Add" => left + right, "Mul" => left * right, _ => right == 0 ? null : left / right })];
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private List<long?>? Joined(IReadOnlyList<string> names, int step)
    {
        List<long?> joined = [];
        foreach (string name in names)
        {
            if (Whole(name, step) is not { } part || joined.Count + part.Count > MostNumbers)
                return null;
            joined.AddRange(part);
        }

        return joined;
    }

    private long? Width(string name, int step)
    {
        if (step > MostSteps || links.Maker(name) is not { } node)
            return null;
        switch (node)
        {
            case { Operator: PackedMatrix.Operator, Domain: OwnDomain.Name, Inputs: [_, _, var scales, ..] } when _tensors.TryGetValue(scales, out OnnxTensor? columns):
                return columns.Dims is [var length] ? length : null;
            case { Operator: "MatMul" or "MatMulInteger", Inputs: [_, var weights, ..] }:
                return _tensors.TryGetValue(weights, out OnnxTensor? matrix) && matrix.Dims is [_, var width] ? width : null;
            case { Operator: "Add" or "Mul", Inputs: [var one, var other] }:
                return _tensors.GetValueOrDefault(one) is { Dims: [> 1 and var left] } ? left : _tensors.GetValueOrDefault(other) is { Dims: [> 1 and var right] } ? right
                    : Width(Raw(one, OnnxSchema.FloatType, sizeof(float)) is null && !IsPower(one) ? one : other, step + 1);
            case { Operator: "Cast" or "Relu" or "Identity", Inputs: [var same] }:
                return Width(same, step + 1);
            case { Operator: "Slice" or "Split" }:
                return Part(name, step + 1)?.Width;
            default:
                return null;
        }
    }

    private bool IsPower(string name) => links.Maker(name) is { Operator: "Pow" };

    /// <summary>What a value is a part of, along the last axis.</summary>
    /// <returns>The whole, where in it the part starts, and its width; null where it is no such part, or is not known.</returns>
    public (string Of, int Start, int Width)? Part(string name) => Part(name, 0);

    private (string Of, int Start, int Width)? Part(string name, int step)
    {
        (string Of, long Start, long End)? part = links.Maker(name) switch
        {
            { Operator: "Slice", Domain: "" or "ai.onnx", Inputs: [var of, var first, var end, var axis] } when Whole(axis, step) is [-1 or 2] && Whole(first, step) is [{ } from] && Whole(end, step) is [{ } to] => (of, from, to),
            { Operator: "Split", Domain: "" or "ai.onnx", Inputs: [var of, ..] } node => Split(node, of, name, step),
            _ => null,
        };
        return part is var (whole, start, last) && start >= 0 && start < last && last <= int.MaxValue && Width(whole, step + 1) is { } width && last <= width
            ? (whole, (int)start, (int)(last - start)) : null;
    }

    private (string Of, long Start, long End)? Split(OnnxNode node, string of, string name, int step)
    {
        NodeAttributes attributes = new(node, stream);
        if (attributes.Number("axis", 0) is not (-1 or 2))
            return null;
        IReadOnlyList<long?>? sizes = node.Inputs is [_, var given] ? Whole(given, step) : attributes.Numbers("split")?.Select(size => (long?)size).ToArray();
        int place = node.Outputs.ToList().IndexOf(name);
        if (sizes is null && Width(of, step + 1) is { } width && width % node.Outputs.Count == 0)
            return (of, width / node.Outputs.Count * place, width / node.Outputs.Count * (place + 1));
        return sizes?.Count == node.Outputs.Count && sizes.Take(place + 1).All(size => size is >= 0 and <= int.MaxValue)
            ? (of, sizes.Take(place).Sum()!.Value, sizes.Take(place + 1).Sum()!.Value) : null;
    }

    // A tensor of the file or of a node that is constant, of a type, with its values as plain bytes.
    private byte[]? Raw(string name, int type, int size)
    {
        WireField field;
        if (_tensors.TryGetValue(name, out OnnxTensor? tensor))
            field = tensor.Field;
        else if (links.Maker(name) is { Operator: "Constant", Domain: "" or "ai.onnx" } node && new NodeAttributes(node, stream).Tensor("value") is { } value)
            field = value;
        else
            return null;
        WireField? raw = null;
        bool isOfType = false;
        foreach (WireField part in WireFormat.Fields(stream, field.ValueStart, field.End))
        {
            if (part.Number == OnnxSchema.Tensor.DataType)
                isOfType = part.Value == (ulong)type;
            else if (part is { Number: OnnxSchema.Tensor.RawData, Type: WireType.Bytes })
                raw = part;
        }

        if (!isOfType || raw is not { Length: > 0 and <= MostNumbers * sizeof(long) } plain || plain.Length % size != 0)
            return null;
        byte[] bytes = new byte[plain.Length];
        stream.Position = plain.ValueStart;
        stream.ReadExactly(bytes);
        return bytes;
    }
}
