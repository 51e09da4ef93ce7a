namespace Parley.Models.Onnx;

/// <summary>Writes what a graph says about a tensor that goes in or out.</summary>
internal static class ValueMessage
{
    /// <summary>The message.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="type">Element type.</param>
    /// <param name="axes">Length of each axis, -1 for any; null where nothing is said about them.</param>
    public static byte[] Of(string name, int type, IReadOnlyList<long>? axes)
    {
        WireWriter tensor = new WireWriter().Number(OnnxSchema.ValueType.ElementType, (ulong)type);
        if (axes is not null)
        {
            WireWriter shape = new();
            foreach (long length in axes)
                shape.Bytes(OnnxSchema.ValueType.Axis, length < 0 ? [] : new WireWriter().Number(OnnxSchema.ValueType.AxisLength, (ulong)length).ToArray());
            tensor.Bytes(OnnxSchema.ValueType.Shape, shape.ToArray());
        }

        byte[] value = new WireWriter().Bytes(OnnxSchema.ValueType.Tensor, tensor.ToArray()).ToArray();
        return new WireWriter().Text(OnnxSchema.Value.Name, name).Bytes(OnnxSchema.Value.Type, value).ToArray();
    }
}
