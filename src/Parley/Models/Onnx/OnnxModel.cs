using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>A node of a model's graph.</summary>
/// <param name="Name">Its name; empty when the exporter gave none.</param>
/// <param name="Operator">What it does, such as <c>Conv</c>.</param>
/// <param name="Inputs">Names of its inputs; empty for one that is left out.</param>
/// <param name="Outputs">Names of its outputs.</param>
internal sealed record OnnxNode(string Name, string Operator, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs)
{
    /// <summary>Who defines the operator; empty for ONNX itself.</summary>
    public string Domain { get; init; } = "";

    /// <summary>Names of its attributes.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>Whether an attribute is a graph (If, Loop, Scan), which sees the names outside.</summary>
    public bool HasSubgraph { get; init; }

    /// <summary>Where it lies in the file.</summary>
    public WireField Field { get; init; }
}

/// <summary>A tensor that the file holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type, a number of onnx.proto.</param>
/// <param name="Dims">Its axes.</param>
internal sealed record OnnxTensor(string Name, ulong Type, IReadOnlyList<long> Dims)
{
    /// <summary>Whether its values lie in another file.</summary>
    public bool IsExternal { get; init; }

    /// <summary>Where its values lie, as plain bytes; null when they are stored in another way.</summary>
    public WireField? Raw { get; init; }

    /// <summary>Where its element type lies.</summary>
    public WireField? TypeField { get; init; }

    /// <summary>Where all of it lies.</summary>
    public WireField Field { get; init; }

    /// <summary>Values that the axes ask for; -1 when they make no sense.</summary>
    public long Count
    {
        get
        {
            Int128 count = 1;
            foreach (long axis in Dims)
            {
                count *= axis;
                if (axis < 0 || count > int.MaxValue)
                    return -1;
            }

            return (long)count;
        }
    }

    /// <summary>Whether it holds values of a type, as plain bytes and all of them.</summary>
    /// <param name="type">The type, a number of onnx.proto.</param>
    /// <param name="size">Bytes of one value.</param>
    public bool IsPlain(int type, int size) => Type == (ulong)type && Count > 0 && Raw?.Length == Count * size;

    /// <summary>Reads its values, which are plain bytes.</summary>
    public T[] Read<T>(FileStream stream)
        where T : unmanaged
    {
        T[] values = new T[Count];
        stream.Position = Raw!.Value.ValueStart;
        stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}

/// <summary>What goes into a graph from outside.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Axes">Length of each axis, -1 for any; null when it is no tensor, or the file does not say.</param>
/// <param name="Field">Where it lies in the file.</param>
internal sealed record OnnxInput(string Name, IReadOnlyList<long>? Axes, WireField Field);

/// <summary>What an ONNX file consists of, without its weights. Immutable.</summary>
internal sealed class OnnxModel
{
    /// <summary>Full path.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long Length { get; init; }

    /// <summary>The fields of the model, in the order of the file.</summary>
    public required IReadOnlyList<WireField> Fields { get; init; }

    /// <summary>The fields of its graph.</summary>
    public required IReadOnlyList<WireField> GraphFields { get; init; }

    /// <summary>The nodes in the order of the file.</summary>
    public required IReadOnlyList<OnnxNode> Nodes { get; init; }

    /// <summary>The tensors that the graph holds.</summary>
    public required IReadOnlyList<OnnxTensor> Tensors { get; init; }

    /// <summary>What the graph takes in; older files name its tensors here, too.</summary>
    public required IReadOnlyList<OnnxInput> Inputs { get; init; }

    /// <summary>Names of what the graph gives out.</summary>
    public required IReadOnlySet<string> Outputs { get; init; }

    /// <summary>Names whose type is declared: inputs and outputs of the graph, and values that the exporter describes.</summary>
    public required IReadOnlySet<string> Declared { get; init; }

    /// <summary>Version of ONNX's own operators; 0 when the file does not say.</summary>
    public required long OperatorVersion { get; init; }

    /// <summary>Domains whose operators the file says it uses.</summary>
    public required IReadOnlySet<string> Domains { get; init; }

    /// <summary>Why the graph must stay as it is, in a few words; null when it may be rewritten.</summary>
    public required string? Obstacle { get; init; }

    /// <summary>Tensors of floats whose values lie in the file and cannot come from outside, by name.</summary>
    public Dictionary<string, OnnxTensor> Floats()
        => Tensors.Where(tensor => tensor.IsPlain(OnnxSchema.FloatType, sizeof(float)) && !Declared.Contains(tensor.Name)).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFileException">It cannot be read, is no ONNX model, or has more parts than any model.</exception>
    public static OnnxModel Read(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return new OnnxModelReader(stream, path).Read();
        }
        catch (WireFormatException error)
        {
            throw new ModelFileException(path, $"{path} is damaged or no ONNX model: {error.Message} Fetch the file again.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"Cannot read {path}: {error.Message}", error);
        }
    }
}
