using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>Puts an axis of length 1 between channels and positions, and takes it out. Nothing is moved in memory.</summary>
/// <param name="edit">Receives what the nodes need.</param>
/// <param name="operatorVersion">Version of ONNX's own operators.</param>
/// <remarks>A Reshape would do the same, but ONNX Runtime (1.30) takes three times as long to load a network with some hundred of them.</remarks>
internal sealed class AxisShapes(OnnxEdit edit, long operatorVersion)
{
    private const int Axis = 2, FirstVersionWithInput = 13;

    private string? _axis;

    /// <summary>[N, channels, positions] to [N, channels, 1, positions].</summary>
    public byte[] Widen(string input, string output) => Node("Unsqueeze", input, output);

    /// <summary>[N, channels, 1, positions] to [N, channels, positions].</summary>
    public byte[] Flatten(string input, string output) => Node("Squeeze", input, output);

    private byte[] Node(string type, string input, string output)
    {
        if (operatorVersion < FirstVersionWithInput)
            return NodeMessage.Of(type, [input], output, attributes: [NodeMessage.Numbers("axes", [Axis])]);
        _axis ??= edit.AddTensor("axis_of_length_1", OnnxSchema.Int64Type, [1], MemoryMarshal.AsBytes(new long[] { Axis }.AsSpan()));
        return NodeMessage.Of(type, [input, _axis], output);
    }
}
