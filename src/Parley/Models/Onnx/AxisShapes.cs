using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>Puts an axis of length 1 between channels and positions, and takes it out. Nothing is moved in memory. Any version of the operators will do.</summary>
internal sealed class AxisShapes(OnnxEdit edit)
{
    private string? _wide, _flat;

    /// <summary>[N, channels, positions] to [N, channels, 1, positions].</summary>
    public byte[] Widen(string input, string output) => NodeMessage.Of("Reshape", [input, _wide ??= Add("shape_2d", [0, 0, 1, -1])], output);

    /// <summary>[N, channels, 1, positions] to [N, channels, positions].</summary>
    public byte[] Flatten(string input, string output) => NodeMessage.Of("Reshape", [input, _flat ??= Add("shape_1d", [0, 0, -1])], output);

    // 0 stands for the axis as it is, -1 for what is left.
    private string Add(string name, long[] shape) => edit.AddTensor(name, OnnxSchema.Int64Type, [shape.Length], MemoryMarshal.AsBytes(shape.AsSpan()));
}
