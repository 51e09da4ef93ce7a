using System.Text;

namespace Parley.Models.Onnx;

/// <summary>Reads the parts of an ONNX file. Names and counts are bounded; the weights are passed over.</summary>
internal sealed class OnnxModelReader(FileStream stream, string path)
{
    // Real models have some thousand nodes, names of some dozen characters, and up to five axes.
    private const int MostParts = 1_000_000, MostInputs = 10_000, MostAxes = 64, LongestName = 16_384;

    private readonly List<WireField> _graphFields = [];
    private readonly List<OnnxNode> _nodes = [];
    private readonly List<OnnxTensor> _tensors = [];
    private readonly List<OnnxInput> _inputs = [];
    private readonly HashSet<string> _declared = new(StringComparer.Ordinal), _outputs = new(StringComparer.Ordinal), _domains = new(StringComparer.Ordinal);
    private string? _obstacle;
    private long _operatorVersion;

    public OnnxModel Read()
    {
        List<WireField> fields = [];
        foreach (WireField field in WireFormat.Fields(stream, 0, stream.Length))
        {
            Add(fields, field);
            if (field is { Number: OnnxSchema.Model.Graph, Type: WireType.Bytes })
                ReadGraph(field);
            else if (field is { Number: OnnxSchema.Model.OpsetImport, Type: WireType.Bytes })
                ReadOperators(field);
            else if (field.Number is OnnxSchema.Model.Functions or OnnxSchema.Model.TrainingInfo)
                _obstacle ??= "it has functions or a training graph of its own";
        }

        if (fields.Count(field => field.Number == OnnxSchema.Model.Graph) != 1)
            _obstacle ??= "it is stored in more than one piece";
        else if (_nodes.Any(node => node.HasSubgraph))
            _obstacle ??= "it has graphs inside nodes";
        else if (_tensors.Any(tensor => tensor.IsExternal))
            _obstacle ??= "it keeps weights in other files";
        else if (_tensors.DistinctBy(tensor => tensor.Name, StringComparer.Ordinal).Count() != _tensors.Count)
            _obstacle ??= "two of its tensors have the same name";
        return new OnnxModel
        {
            Path = path,
            Length = stream.Length,
            Fields = fields,
            GraphFields = _graphFields,
            Nodes = _nodes,
            Tensors = _tensors,
            Inputs = _inputs,
            Outputs = _outputs,
            Declared = _declared,
            OperatorVersion = _operatorVersion,
            Domains = _domains,
            Obstacle = _obstacle,
        };
    }

    private void ReadOperators(WireField operators)
    {
        string domain = ReadText(operators, OnnxSchema.Opset.Domain);
        _domains.Add(domain);
        if (domain is "" or "ai.onnx" && Part(operators, OnnxSchema.Opset.Version, WireType.Varint) is { } version)
            _operatorVersion = (long)version.Value;
    }

    private void ReadGraph(WireField graph)
    {
        foreach (WireField field in WireFormat.Fields(stream, graph.ValueStart, graph.End))
        {
            Add(_graphFields, field);
            if (field.Type != WireType.Bytes)
                continue;
            switch (field.Number)
            {
                case OnnxSchema.Graph.Node:
                    _nodes.Add(ReadNode(field));
                    break;
                case OnnxSchema.Graph.Initializer:
                    _tensors.Add(ReadTensor(field));
                    break;
                case OnnxSchema.Graph.Input or OnnxSchema.Graph.Output or OnnxSchema.Graph.ValueInfo:
                    string name = ReadText(field, OnnxSchema.Value.Name);
                    _declared.Add(name);
                    if (field.Number == OnnxSchema.Graph.Input)
                        Add(_inputs, new OnnxInput(name, ReadAxes(field), field));
                    else if (field.Number == OnnxSchema.Graph.Output)
                        _outputs.Add(name);
                    break;
                case OnnxSchema.Graph.QuantizationAnnotation:
                    _obstacle ??= "it has annotations about quantisation";
                    break;
            }
        }
    }

    private OnnxNode ReadNode(WireField node)
    {
        List<string> inputs = [], outputs = [], attributes = [];
        string name = "", type = "", domain = "";
        bool hasSubgraph = false;
        foreach (WireField field in WireFormat.Fields(stream, node.ValueStart, node.End))
        {
            if (field.Type != WireType.Bytes)
                continue;
            switch (field.Number)
            {
                case OnnxSchema.Node.Input: Add(inputs, Text(field), MostInputs); break;
                case OnnxSchema.Node.Output: Add(outputs, Text(field), MostInputs); break;
                case OnnxSchema.Node.Name: name = Text(field); break;
                case OnnxSchema.Node.Operator: type = Text(field); break;
                case OnnxSchema.Node.Domain: domain = Text(field); break;
                case OnnxSchema.Node.Attribute:
                    Add(attributes, ReadText(field, OnnxSchema.Attribute.Name), MostInputs);
                    hasSubgraph |= WireFormat.Fields(stream, field.ValueStart, field.End).Any(item => item.Number is OnnxSchema.Attribute.Subgraph or OnnxSchema.Attribute.Subgraphs);
                    break;
            }
        }

        return new OnnxNode(name, type, inputs, outputs) { Domain = domain, Attributes = attributes, HasSubgraph = hasSubgraph, Field = node };
    }

    private List<long>? ReadAxes(WireField value)
    {
        if (Part(Part(Part(value, OnnxSchema.Value.Type), OnnxSchema.ValueType.Tensor), OnnxSchema.ValueType.Shape) is not { } shape)
            return null;
        List<long> axes = [];
        foreach (WireField axis in WireFormat.Fields(stream, shape.ValueStart, shape.End).Where(field => field is { Number: OnnxSchema.ValueType.Axis, Type: WireType.Bytes }))
            Add(axes, Part(axis, OnnxSchema.ValueType.AxisLength, WireType.Varint) is { } length ? (long)length.Value : -1, MostAxes);
        return axes;
    }

    private WireField? Part(WireField? message, int number, WireType type = WireType.Bytes)
    {
        WireField? found = null;
        if (message is { } outer)
        {
            foreach (WireField field in WireFormat.Fields(stream, outer.ValueStart, outer.End).Where(field => field.Number == number && field.Type == type))
                found = field;
        }

        return found;
    }

    private OnnxTensor ReadTensor(WireField tensor)
    {
        string name = "";
        ulong type = 0;
        List<long> dims = [];
        WireField? raw = null, typeField = null;
        bool isExternal = false;
        foreach (WireField field in WireFormat.Fields(stream, tensor.ValueStart, tensor.End))
        {
            switch (field.Number, field.Type)
            {
                case (OnnxSchema.Tensor.Dims, WireType.Varint): Add(dims, (long)field.Value, MostAxes); break;
                case (OnnxSchema.Tensor.Dims, WireType.Bytes): ReadPacked(field, dims); break;
                case (OnnxSchema.Tensor.DataType, WireType.Varint): (type, typeField) = (field.Value, field); break;
                case (OnnxSchema.Tensor.Name, WireType.Bytes): name = Text(field); break;
                case (OnnxSchema.Tensor.RawData, WireType.Bytes): raw = field; break;
                case (OnnxSchema.Tensor.ExternalData, _): isExternal = true; break;
                case (OnnxSchema.Tensor.DataLocation, WireType.Varint): isExternal |= field.Value != 0; break;
            }
        }

        return new OnnxTensor(name, type, dims) { Raw = raw, TypeField = typeField, IsExternal = isExternal, Field = tensor };
    }

    private void ReadPacked(WireField field, List<long> numbers)
    {
        stream.Position = field.ValueStart;
        while (stream.Position < field.End)
            Add(numbers, (long)WireFormat.ReadVarint(stream, field.End), MostAxes);
    }

    // The last one counts, as everywhere in protobuf.
    private string ReadText(WireField message, int number)
    {
        string text = "";
        foreach (WireField field in WireFormat.Fields(stream, message.ValueStart, message.End))
        {
            if (field.Number == number && field.Type == WireType.Bytes)
                text = Text(field);
        }

        return text;
    }

    private string Text(WireField field)
    {
        if (field.Length > LongestName)
            throw TooMuch($"a name of {field.Length} bytes");
        byte[] text = new byte[field.Length];
        stream.Position = field.ValueStart;
        stream.ReadExactly(text);
        return Encoding.UTF8.GetString(text);
    }

    private void Add<T>(List<T> list, T item, int most = MostParts)
    {
        if (list.Count == most)
            throw TooMuch($"more than {most} parts of one kind");
        list.Add(item);
    }

    private ModelFileException TooMuch(string what) => new(path, $"{path} has {what}: no model of speech has that. Is it the right file?");
}
