using System.Runtime.InteropServices;
using Parley.Models.Onnx;

namespace Parley.Tests.Optimization;

/// <summary>Writes small ONNX files: what the rewriter reads, and ONNX Runtime runs.</summary>
internal sealed class GraphFile(int opset = 13)
{
    public const int Float = 1, UInt8 = 2, Int8 = 3, Int32 = 6, Int64 = 7;

    private readonly WireWriter _graph = new WireWriter().Text(2, "graph"), _opsets = new WireWriter().Bytes(8, Opset("", opset));

    public GraphFile Input(string name, int type, params string[] axes) => Value(11, name, type, axes);

    public GraphFile Output(string name, int type, params string[] axes) => Value(12, name, type, axes);

    public GraphFile Tensor<T>(string name, int type, T[] values, params long[] dims)
        where T : unmanaged
        => Tensor(name, type, values, static message => message, dims);

    public GraphFile Tensor<T>(string name, int type, T[] values, Func<WireWriter, WireWriter> more, params long[] dims)
        where T : unmanaged
    {
        WireWriter tensor = new();
        foreach (long axis in dims)
            tensor.Number(1, (ulong)axis);
        tensor.Number(2, (ulong)type).Text(8, name).Bytes(9, MemoryMarshal.AsBytes(values.AsSpan()));
        _graph.Bytes(5, more(tensor).ToArray());
        return this;
    }

    public GraphFile Node(string type, string[] inputs, string[] outputs, params byte[][] attributes) => Node(type, null, inputs, outputs, attributes);

    public GraphFile Node(string type, string? domain, string[] inputs, string[] outputs, params byte[][] attributes)
    {
        WireWriter node = new();
        foreach (string input in inputs)
            node.Text(1, input);
        foreach (string output in outputs)
            node.Text(2, output);
        node.Text(3, "node of " + outputs[0]).Text(4, type);
        if (domain is not null)
        {
            node.Text(7, domain);
            _opsets.Bytes(8, Opset(domain, 1));
        }

        foreach (byte[] attribute in attributes)
            node.Bytes(5, attribute);
        _graph.Bytes(1, node.ToArray());
        return this;
    }

    public static byte[] Number(string name, long value) => new WireWriter().Text(1, name).Number(3, (ulong)value).Number(20, 2).ToArray();

    public static byte[] Numbers(string name, params long[] values)
        => values.Aggregate(new WireWriter().Text(1, name), (attribute, value) => attribute.Number(8, (ulong)value)).Number(20, 7).ToArray();

    public static byte[] Word(string name, string value) => new WireWriter().Text(1, name).Text(4, value).Number(20, 3).ToArray();

    /// <summary>The file, with a field that no version of the format knows.</summary>
    public byte[] ToArray() => new WireWriter()
        .Number(1, 8).Text(2, "parley-tests").Bytes(7, _graph.ToArray()).Raw(_opsets.ToArray()).Text(60, "unknown").ToArray();

    public string Save(string path)
    {
        File.WriteAllBytes(path, ToArray());
        return path;
    }

    private static byte[] Opset(string domain, int version) => new WireWriter().Text(1, domain).Number(2, (ulong)version).ToArray();

    private GraphFile Value(int field, string name, int type, string[] axes)
    {
        WireWriter shape = new();
        foreach (string axis in axes)
            shape.Bytes(1, long.TryParse(axis, out long length) ? new WireWriter().Number(1, (ulong)length).ToArray() : new WireWriter().Text(2, axis).ToArray());
        byte[] tensor = new WireWriter().Number(1, (ulong)type).Bytes(2, shape.ToArray()).ToArray();
        _graph.Bytes(field, new WireWriter().Text(1, name).Bytes(2, new WireWriter().Bytes(1, tensor).ToArray()).ToArray());
        return this;
    }
}
