using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>
/// Puts the project's own operator (<see cref="PackedMatrix"/>) in the place of products with 8-bit matrices, together with the bias and the Relu behind them.
/// Its sums are the same; it is faster where the processor has no instruction for them.
/// </summary>
internal static class PackedProducts
{
    private const int MostDepth = 1 << 14, SmallRange = 128, SmallCenter = 64, Center = 128;

    /// <summary>Changes the products that it understands.</summary>
    /// <returns>Their number; 0 when there is nothing to change.</returns>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public static int Apply(OnnxModel model, OnnxEdit edit)
    {
        GraphLinks links = new(model);
        Dictionary<string, OnnxTensor> tensors = model.Tensors.Where(tensor => !model.Declared.Contains(tensor.Name)).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        using FileStream stream = File.OpenRead(model.Path);
        Dictionary<OnnxNode, IReadOnlyList<string>> changed = new(ReferenceEqualityComparer.Instance);
        foreach (QuantizedProduct product in QuantizedProduct.All(model, links))
        {
            if (Packed(product, links, tensors, stream) is { } packed)
            {
                packed.Write(model.Path, edit, changed);
                foreach (string old in new[] { product.Scale, product.ZeroPoint }.Where(name => links.OnlyReader(name) is not null))
                    edit.Remove(tensors[old].Field);
            }
        }

        if (changed.Count == 0)
            return 0;
        edit.UseDomain(OwnDomain.Name, OwnDomain.Version);
        links.RemoveUnread(edit, changed.GetValueOrDefault);
        return changed.Count;
    }

    private static PackedProduct? Packed(QuantizedProduct product, GraphLinks links, Dictionary<string, OnnxTensor> tensors, FileStream stream)
    {
        if (product.Values is not { } values || !tensors.TryGetValue(product.Weights, out OnnxTensor? weights) || links.OnlyReader(weights.Name) is null
            || weights.Dims is not [> 0 and <= MostDepth, > 0 and var columns] || !(weights.IsPlain(OnnxSchema.UInt8Type, 1) || weights.IsPlain(OnnxSchema.Int8Type, 1)))
            return null;
        bool isSigned = weights.Type == OnnxSchema.Int8Type;
        float[]? scales = Column<float>(product.Scale, OnnxSchema.FloatType, columns, tensors, stream);
        byte[]? zeros = product.ZeroPoint.Length == 0 ? new byte[columns] : Column<byte>(product.ZeroPoint, (int)weights.Type, columns, tensors, stream);
        if (scales is null || zeros is null)
            return null;
        byte[] bytes = weights.Read<byte>(stream);
        byte signed = (byte)(isSigned ? 0x80 : 0); // signed bytes from 0 on
        int least = byte.MaxValue, most = 0;
        foreach (byte[] items in (byte[][])[bytes, zeros])
        {
            foreach (byte item in items)
            {
                least = Math.Min(least, (byte)(item + signed));
                most = Math.Max(most, (byte)(item + signed));
            }
        }

        bool isSmall = most - least <= SmallRange;
        byte offset = (byte)(signed - (isSmall ? least : 0));
        OnnxNode last = product.Last;
        string bias = product.Bias;
        if (bias.Length == 0 && links.OnlyReader(last.Outputs[0]) is { Operator: "Add", Domain: "" or "ai.onnx", Inputs: [var one, var other] } sum)
        {
            string addend = string.Equals(one, last.Outputs[0], StringComparison.Ordinal) ? other : one;
            if (IsBias(addend, columns, tensors))
                (bias, last) = (addend, sum);
        }

        if (bias.Length > 0 && !IsBias(bias, columns, tensors))
            return null;
        OnnxNode? relu = links.OnlyReader(last.Outputs[0]) is { Operator: "Relu", Domain: "" or "ai.onnx" } next ? next : null;
        int center = isSmall ? SmallCenter : Center;
        return new PackedProduct(values, weights, scales, [.. zeros.Select(item => (byte)(item + offset))], bias, relu ?? last)
        {
            Offset = offset,
            Center = center,
            Squares = PackedMatrix.Squares(bytes, (int)columns, offset, center),
            Relu = relu is not null,
            Rectified = links.Maker(values) is { Operator: "Relu", Domain: "" or "ai.onnx" },
        };
    }

    private static bool IsBias(string name, long columns, Dictionary<string, OnnxTensor> tensors)
        => tensors.TryGetValue(name, out OnnxTensor? tensor) && tensor.Dims is [var length] && length == columns && tensor.IsPlain(OnnxSchema.FloatType, sizeof(float));

    private static T[]? Column<T>(string name, int type, long columns, Dictionary<string, OnnxTensor> tensors, FileStream stream)
        where T : unmanaged
    {
        if (!tensors.TryGetValue(name, out OnnxTensor? tensor) || !tensor.IsPlain(type, Marshal.SizeOf<T>()) || (tensor.Count != 1 && tensor.Count != columns))
            return null;
        T[] values = tensor.Read<T>(stream);
        return values.Length == columns ? values : [.. Enumerable.Repeat(values[0], (int)columns)];
    }

    private sealed record PackedProduct(string Values, OnnxTensor Weights, float[] Scales, byte[] ZeroPoints, string Bias, OnnxNode Last)
    {
        public required byte Offset { get; init; }

        public required int Center { get; init; }

        public required float[] Squares { get; init; }

        public required bool Relu { get; init; }

        public required bool Rectified { get; init; }

        public void Write(string path, OnnxEdit edit, Dictionary<OnnxNode, IReadOnlyList<string>> changed)
        {
            int columns = Scales.Length;
            long[] shape = PackedMatrix.Shape(Weights.Dims[0], columns);
            edit.Replace(Weights, OnnxSchema.UInt8Type, shape, (int)(shape[0] * shape[1] * shape[2]), () =>
            {
                using FileStream stream = File.OpenRead(path);
                return PackedMatrix.Pack(Weights.Read<byte>(stream), columns, (byte)(Offset - (Rectified ? Center : 0)));
            });
            string[] inputs =
            [
                Values,
                Weights.Name,
                edit.AddTensor(Weights.Name + "_scales", OnnxSchema.FloatType, [columns], MemoryMarshal.AsBytes(Scales.AsSpan())),
                edit.AddTensor(Weights.Name + "_zero_points", OnnxSchema.UInt8Type, [columns], ZeroPoints),
                Bias.Length > 0 ? Bias : edit.AddTensor(Weights.Name + "_bias", OnnxSchema.FloatType, [columns], new byte[columns * sizeof(float)]),
                edit.AddTensor(Weights.Name + "_squares", OnnxSchema.FloatType, [Squares.Length], MemoryMarshal.AsBytes(Squares.AsSpan())),
            ];
            edit.Replace(Last.Field, NodeMessage.Of(
                PackedMatrix.Operator,
                inputs,
                Last.Outputs[0],
                OwnDomain.Name,
                NodeMessage.Number(PackedMatrix.Center, Center),
                NodeMessage.Number(PackedMatrix.Relu, Relu ? 1 : 0),
                NodeMessage.Number(PackedMatrix.Rectified, Rectified ? 1 : 0)));
            changed[Last] = inputs;
        }
    }
}
