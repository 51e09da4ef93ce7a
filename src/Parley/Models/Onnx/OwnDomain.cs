namespace Parley.Models.Onnx;

/// <summary>The project's own operators, as files name them. They stand in rewritten networks alone.</summary>
internal static class OwnDomain
{
    /// <summary>Name of their domain.</summary>
    public const string Name = "parley";

    /// <summary>Version of their domain.</summary>
    public const int Version = 1;

    /// <summary>A whole network that gives out the number that goes in.</summary>
    public static byte[] SmallestNetwork()
    {
        const int Format = 8, Operators = 13;
        byte[] graph = new WireWriter()
            .Bytes(OnnxSchema.Graph.Node, NodeMessage.Of("Identity", ["in"], "out"))
            .Text(OnnxSchema.Graph.Name, Name)
            .Bytes(OnnxSchema.Graph.Input, ValueMessage.Of("in", OnnxSchema.FloatType, [1]))
            .Bytes(OnnxSchema.Graph.Output, ValueMessage.Of("out", OnnxSchema.FloatType, [1]))
            .ToArray();
        return new WireWriter()
            .Number(OnnxSchema.Model.Format, Format)
            .Bytes(OnnxSchema.Model.Graph, graph)
            .Bytes(OnnxSchema.Model.OpsetImport, new WireWriter().Number(OnnxSchema.Opset.Version, Operators).ToArray())
            .ToArray();
    }
}
