namespace Parley.Models.Onnx;

/// <summary>
/// Changes of a model's graph, and the writer of the changed file. All that is not changed is copied byte for byte, unknown fields too, a
/// block at a time. Not safe for concurrent use.
/// </summary>
internal sealed class OnnxEdit(OnnxModel model)
{
    private const int BlockBytes = 1 << 20;

    private readonly SortedList<long, (long End, Recoding Recode)> _recodings = [];
    private readonly Dictionary<long, Replacement> _replaced = [];
    private readonly HashSet<long> _removed = [];
    private readonly WireWriter _addedToGraph = new(), _addedToModel = new();
    private readonly HashSet<string> _names = new(
        [.. model.Tensors.Select(tensor => tensor.Name), .. model.Declared, .. model.Nodes.SelectMany(node => node.Outputs)], StringComparer.Ordinal);

    private readonly HashSet<string> _domains = [.. model.Domains];

    /// <summary>Changes bytes of a value where they are.</summary>
    /// <param name="bytes">Some of its bytes.</param>
    /// <param name="offset">Where in the value they begin.</param>
    internal delegate void Recoding(Span<byte> bytes, long offset);

    /// <summary>Changes the bytes of a value, block by block when the file is written; values must not overlap.</summary>
    public void Recode(WireField value, Recoding recode)
    {
        if (value.Length > 0)
            _recodings.Add(value.ValueStart, (value.End, recode));
    }

    /// <summary>Flips the same bits in every byte of a value.</summary>
    public void Flip(WireField value, byte xor) => Recode(value, (bytes, _) =>
    {
        foreach (ref byte item in bytes)
            item ^= xor;
    });

    /// <summary>Puts another message in the place of a field of the graph.</summary>
    public void Replace(WireField field, byte[] message) => Replace(field, [message]);

    /// <summary>Puts other messages of its kind in the place of a field of the graph.</summary>
    public void Replace(WireField field, IReadOnlyList<byte[]> messages) => _replaced[field.Start] = new Replacement([.. messages.Select(message => message.Length)], () => messages);

    /// <summary>Puts another tensor in the place of one, of the same name.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="type">Element type.</param>
    /// <param name="dims">Axes.</param>
    /// <param name="count">Bytes of its values.</param>
    /// <param name="values">Makes them when the file is written, so that they are not all in memory at once.</param>
    public void Replace(OnnxTensor tensor, int type, IReadOnlyList<long> dims, int count, Func<byte[]> values)
    {
        byte[] head = TensorHead(tensor.Name, type, dims).Head(OnnxSchema.Tensor.RawData, count).ToArray();
        _replaced[tensor.Field.Start] = new Replacement([head.Length + count], () => [[.. head, .. values()]]);
    }

    /// <summary>Takes a field of the graph out.</summary>
    public void Remove(WireField field) => _removed.Add(field.Start);

    /// <summary>Gives a value of the graph out, beside what it gives out already.</summary>
    /// <param name="name">A tensor of floats.</param>
    public void AddOutput(string name) => _addedToGraph.Bytes(OnnxSchema.Graph.Output, ValueMessage.Of(name, OnnxSchema.FloatType, axes: null));

    /// <summary>A name that nothing else in the graph has.</summary>
    /// <param name="wish">The name that it should have.</param>
    public string AddName(string wish)
    {
        string name = wish;
        for (int i = 2; !_names.Add(name); i++)
            name = $"{wish}_{i}";
        return name;
    }

    /// <summary>Adds a tensor to the graph.</summary>
    /// <param name="wish">The name that it should have.</param>
    /// <param name="type">Element type.</param>
    /// <param name="dims">Axes.</param>
    /// <param name="values">Values, row-major, as bytes in little-endian order.</param>
    /// <returns>The name that it got, which nothing else in the graph has.</returns>
    public string AddTensor(string wish, int type, IReadOnlyList<long> dims, ReadOnlySpan<byte> values)
    {
        string name = AddName(wish);
        _addedToGraph.Bytes(OnnxSchema.Graph.Initializer, TensorHead(name, type, dims).Bytes(OnnxSchema.Tensor.RawData, values).ToArray());
        return name;
    }

    /// <summary>Declares that operators of a domain are used, unless the file says so already.</summary>
    public void UseDomain(string domain, int version)
    {
        if (_domains.Add(domain))
            _addedToModel.Bytes(OnnxSchema.Model.OpsetImport, new WireWriter().Text(OnnxSchema.Opset.Domain, domain).Number(OnnxSchema.Opset.Version, (ulong)version).ToArray());
    }

    /// <summary>Writes the changed file.</summary>
    /// <exception cref="ModelFileException">It would be larger than a protobuf message may be, or the original cannot be read any more.</exception>
    public void Write(Stream target, CancellationToken cancellationToken)
    {
        byte[] addedToGraph = _addedToGraph.ToArray(), addedToModel = _addedToModel.ToArray();
        long graph = addedToGraph.Length + model.GraphFields.Sum(LengthOf);
        if (graph + model.Length + addedToModel.Length > int.MaxValue && model.Length + addedToGraph.Length > int.MaxValue)
            throw new ModelFileException(model.Path, $"{model.Path} would have more than 2 GB when rewritten, which no ONNX file may have.");
        using FileStream source = File.OpenRead(model.Path);
        if (source.Length != model.Length)
            throw new ModelFileException(model.Path, $"{model.Path} has changed while it was read. Try again when nobody writes to it.");
        byte[] block = new byte[BlockBytes];
        foreach (WireField field in model.Fields)
        {
            if (field.Number != OnnxSchema.Model.Graph)
            {
                Copy(source, target, field, block, cancellationToken);
                continue;
            }

            target.Write(new WireWriter().Head(OnnxSchema.Model.Graph, graph).ToArray());
            foreach (WireField part in model.GraphFields)
                WritePart(source, target, part, block, cancellationToken);
            target.Write(addedToGraph);
        }

        target.Write(addedToModel);
    }

    private static WireWriter TensorHead(string name, int type, IReadOnlyList<long> dims)
    {
        WireWriter tensor = new();
        foreach (long axis in dims)
            tensor.Number(OnnxSchema.Tensor.Dims, (ulong)axis);
        return tensor.Number(OnnxSchema.Tensor.DataType, (ulong)type).Text(OnnxSchema.Tensor.Name, name);
    }

    private long LengthOf(WireField field)
        => _removed.Contains(field.Start) ? 0 : _replaced.TryGetValue(field.Start, out Replacement? replacement)
            ? replacement.Lengths.Sum(length => (long)new WireWriter().Head(field.Number, length).ToArray().Length + length)
            : field.End - field.Start;

    private void WritePart(FileStream source, Stream target, WireField field, byte[] block, CancellationToken cancellationToken)
    {
        if (_removed.Contains(field.Start))
            return;
        if (!_replaced.TryGetValue(field.Start, out Replacement? replacement))
        {
            Copy(source, target, field, block, cancellationToken);
            return;
        }

        cancellationToken.ThrowIfCancellationRequested();
        foreach (byte[] message in replacement.Messages())
        {
            target.Write(new WireWriter().Head(field.Number, message.Length).ToArray());
            target.Write(message);
        }
    }

    private void Copy(FileStream source, Stream target, WireField field, byte[] block, CancellationToken cancellationToken)
    {
        source.Position = field.Start;
        for (long at = field.Start; at < field.End;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> bytes = block.AsSpan(0, (int)Math.Min(block.Length, field.End - at));
            source.ReadExactly(bytes);
            ApplyRecodings(bytes, at);
            target.Write(bytes);
            at += bytes.Length;
        }
    }

    private void ApplyRecodings(Span<byte> bytes, long at)
    {
        for (int i = FirstRecodingThatEndsBehind(at); i < _recodings.Count && _recodings.Keys[i] < at + bytes.Length; i++)
        {
            long start = _recodings.Keys[i];
            (long end, Recoding recode) = _recodings.Values[i];
            int from = (int)Math.Max(0, start - at), to = (int)Math.Min(bytes.Length, end - at);
            recode(bytes[from..to], at + from - start);
        }
    }

    private int FirstRecodingThatEndsBehind(long at)
    {
        int low = 0, high = _recodings.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_recodings.Values[middle].End <= at)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private sealed record Replacement(IReadOnlyList<int> Lengths, Func<IReadOnlyList<byte[]>> Messages);
}
