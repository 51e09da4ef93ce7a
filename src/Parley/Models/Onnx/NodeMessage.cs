namespace Parley.Models.Onnx;

/// <summary>Writes nodes of a graph.</summary>
internal static class NodeMessage
{
    /// <summary>Operators that are ONNX Runtime's own.</summary>
    public const string Microsoft = "com.microsoft";

    /// <summary>A node with one output, after which it is called.</summary>
    /// <param name="type">What it does.</param>
    /// <param name="inputs">Names of its inputs.</param>
    /// <param name="output">Name of its output.</param>
    /// <param name="domain">Who defines the operator; empty for ONNX itself.</param>
    /// <param name="attributes">From <see cref="Number"/> and <see cref="Numbers"/>.</param>
    public static byte[] Of(string type, IReadOnlyList<string> inputs, string output, string domain = "", params IReadOnlyList<byte[]> attributes)
    {
        WireWriter node = new();
        foreach (string input in inputs)
            node.Text(OnnxSchema.Node.Input, input);
        node.Text(OnnxSchema.Node.Output, output).Text(OnnxSchema.Node.Name, output).Text(OnnxSchema.Node.Operator, type).Text(OnnxSchema.Node.Domain, domain);
        foreach (byte[] attribute in attributes)
            node.Bytes(OnnxSchema.Node.Attribute, attribute);
        return node.ToArray();
    }

    /// <summary>An attribute that is a number.</summary>
    public static byte[] Number(string name, long value) => new WireWriter()
        .Text(OnnxSchema.Attribute.Name, name).Number(OnnxSchema.Attribute.Number, (ulong)value).Number(OnnxSchema.Attribute.Type, OnnxSchema.Attribute.NumberType).ToArray();

    /// <summary>An attribute that is a list of numbers.</summary>
    public static byte[] Numbers(string name, IReadOnlyList<long> values)
    {
        WireWriter attribute = new WireWriter().Text(OnnxSchema.Attribute.Name, name);
        foreach (long value in values)
            attribute.Number(OnnxSchema.Attribute.Numbers, (ulong)value);
        return attribute.Number(OnnxSchema.Attribute.Type, OnnxSchema.Attribute.NumbersType).ToArray();
    }
}
