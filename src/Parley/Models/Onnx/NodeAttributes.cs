using System.Buffers.Binary;
using System.Text;

namespace Parley.Models.Onnx;

/// <summary>The attributes of a node that are numbers, lists of whole ones, words, or tensors.</summary>
internal sealed class NodeAttributes
{
    // Convolutions have four numbers for each two axes.
    private const int MostNumbers = 64, LongestWord = 64;

    private readonly Dictionary<string, List<long>> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, float> _reals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WireField> _tensors = new(StringComparer.Ordinal);

    /// <summary>Reads them.</summary>
    /// <param name="node">The node.</param>
    /// <param name="stream">Its file.</param>
    public NodeAttributes(OnnxNode node, FileStream stream)
    {
        foreach (WireField attribute in WireFormat.Fields(stream, node.Field.ValueStart, node.Field.End).Where(field => field is { Number: OnnxSchema.Node.Attribute, Type: WireType.Bytes }))
            Read(attribute, stream);
    }

    /// <summary>A whole number.</summary>
    public long Number(string name, long otherwise) => _numbers.TryGetValue(name, out List<long>? values) && values.Count == 1 ? values[0] : otherwise;

    /// <summary>A number that need not be whole.</summary>
    public float Real(string name, float otherwise) => _reals.GetValueOrDefault(name, otherwise);

    /// <summary>A list of whole numbers; null when there is none.</summary>
    public IReadOnlyList<long>? Numbers(string name) => _numbers.GetValueOrDefault(name);

    /// <summary>A word; null when there is none.</summary>
    public string? Word(string name) => _words.GetValueOrDefault(name);

    /// <summary>Where a tensor lies; null when there is none.</summary>
    public WireField? Tensor(string name) => _tensors.TryGetValue(name, out WireField field) ? field : null;

    private void Read(WireField attribute, FileStream stream)
    {
        string name = "";
        string? word = null;
        float? real = null;
        WireField? tensor = null;
        List<long> numbers = [];
        foreach (WireField field in WireFormat.Fields(stream, attribute.ValueStart, attribute.End))
        {
            switch (field.Number, field.Type)
            {
                case (OnnxSchema.Attribute.Name, WireType.Bytes): name = Text(field, stream); break;
                case (OnnxSchema.Attribute.Text, WireType.Bytes): word = Text(field, stream); break;
                case (OnnxSchema.Attribute.Real, WireType.Fixed32): real = Real(field, stream); break;
                case (OnnxSchema.Attribute.Tensor, WireType.Bytes): tensor = field; break;
                case (OnnxSchema.Attribute.Number or OnnxSchema.Attribute.Numbers, WireType.Varint): Add(numbers, (long)field.Value); break;
                case (OnnxSchema.Attribute.Numbers, WireType.Bytes): AddPacked(numbers, field, stream); break;
            }
        }

        if (word is not null)
            _words[name] = word;
        if (real is { } value)
            _reals[name] = value;
        if (tensor is { } found)
            _tensors[name] = found;
        if (numbers.Count > 0)
            _numbers[name] = numbers;
    }

    private static void AddPacked(List<long> numbers, WireField field, FileStream stream)
    {
        stream.Position = field.ValueStart;
        try
        {
            while (stream.Position < field.End)
                Add(numbers, (long)WireFormat.ReadVarint(stream, field.End));
        }
        catch (WireFormatException)
        {
            // Damaged: what was read so far is too short for what it should be, and ONNX Runtime judges the rest.
        }
    }

    // One more than sensible is kept, so that the list fits nothing.
    private static void Add(List<long> numbers, long value)
    {
        if (numbers.Count <= MostNumbers)
            numbers.Add(value);
    }

    private static float Real(WireField field, FileStream stream)
    {
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        stream.Position = field.ValueStart;
        stream.ReadExactly(bytes);
        return BinaryPrimitives.ReadSingleLittleEndian(bytes);
    }

    private static string Text(WireField field, FileStream stream)
    {
        byte[] text = new byte[Math.Min(field.Length, LongestWord)];
        stream.Position = field.ValueStart;
        stream.ReadExactly(text);
        return Encoding.UTF8.GetString(text);
    }
}
