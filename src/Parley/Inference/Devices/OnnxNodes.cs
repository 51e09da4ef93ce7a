namespace Parley.Inference.Devices;

/// <summary>A node of a model's graph.</summary>
/// <param name="Name">Its name; empty when the exporter gave none.</param>
/// <param name="Operator">What it does, such as <c>Conv</c>.</param>
/// <param name="Inputs">Names of its inputs.</param>
/// <param name="Outputs">Names of its outputs.</param>
internal sealed record OnnxNode(string Name, string Operator, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);

/// <summary>Reads the nodes of a model file without its weights. The file has been checked before; damage ends the list.</summary>
/// <remarks>onnx.proto: ModelProto.graph = 7, GraphProto.node = 1, NodeProto.input = 1, output = 2, name = 3, op_type = 4.</remarks>
internal static class OnnxNodes
{
    private const ulong Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;

    /// <summary>The nodes in the order of the file.</summary>
    public static IReadOnlyList<OnnxNode> Read(string modelPath)
    {
        List<OnnxNode> nodes = [];
        using FileStream stream = File.OpenRead(modelPath);
        foreach ((ulong field, long end) in Fields(stream, stream.Length))
        {
            if (field != 7)
                continue;
            foreach ((ulong inner, long innerEnd) in Fields(stream, end))
            {
                if (inner == 1)
                    nodes.Add(ReadNode(stream, innerEnd));
            }
        }

        return nodes;
    }

    private static OnnxNode ReadNode(FileStream stream, long end)
    {
        List<string> inputs = [], outputs = [];
        string name = "", type = "";
        foreach ((ulong field, long fieldEnd) in Fields(stream, end))
        {
            if (field is < 1 or > 4)
                continue;
            byte[] text = new byte[fieldEnd - stream.Position];
            stream.ReadExactly(text);
            string value = System.Text.Encoding.UTF8.GetString(text);
            switch (field)
            {
                case 1: inputs.Add(value); break;
                case 2: outputs.Add(value); break;
                case 3: name = value; break;
                default: type = value; break;
            }
        }

        return new OnnxNode(name, type, inputs, outputs);
    }

    // Stands at the start of each field of bytes with its end; goes to that end afterwards, read or not.
    private static IEnumerable<(ulong Field, long End)> Fields(FileStream stream, long end)
    {
        while (stream.Position < end)
        {
            ulong key = ReadVarint(stream);
            switch (key & 7)
            {
                case Varint: ReadVarint(stream); break;
                case Fixed64: stream.Position += 8; break;
                case Fixed32: stream.Position += 4; break;
                case Bytes:
                    ulong length = ReadVarint(stream);
                    if (length > (ulong)(end - stream.Position))
                        yield break;
                    long next = stream.Position + (long)length;
                    yield return (key >> 3, next);
                    stream.Position = next;
                    break;
                default: yield break;
            }
        }
    }

    private static ulong ReadVarint(FileStream stream)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int next = stream.ReadByte();
            if (next < 0)
                return value;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                break;
        }

        return value;
    }
}
