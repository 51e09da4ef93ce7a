using System.Globalization;
using System.Text;

namespace Parley.Models.Onnx;

/// <summary>
/// Moves a network's external weights, and what ONNX Runtime packed of them beforehand, to round addresses. The runtime (1.30) writes small ones one behind
/// the other; mapped into memory they then lie at odd addresses, where kernels that load aligned vectors end the process.
/// </summary>
internal static class AlignedWeights
{
    // The widest vectors, and cache lines; pages for what is large, so that it shares none with its neighbours.
    private const int Alignment = 64, PageBytes = 4096, LargeBytes = 1 << 20;

    private const string OffsetKey = "offset", LengthKey = "length", PackedKeys = "prepacked_";

    // Where initialisers hide: each kind of message, and which of its fields hold further messages.
    private enum Kind
    {
        Model,
        Graph,
        Node,
        Attribute,
        Tensor,
    }

    /// <summary>Writes both files anew.</summary>
    /// <param name="network">The network as the runtime wrote it; its initialisers lie in <paramref name="weights"/>.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="newNetwork">Receives the network.</param>
    /// <param name="newWeights">Receives the weights; the network goes on naming the file as before.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ModelFileException">The network does not say where its weights lie in a way that is known here.</exception>
    public static void Write(string network, string weights, string newNetwork, string newWeights, CancellationToken cancellationToken)
    {
        using FileStream from = File.OpenRead(weights), to = new(newWeights, FileMode.CreateNew, FileAccess.Write);
        byte[] bytes = File.ReadAllBytes(network);
        using MemoryStream message = new(bytes, 0, bytes.Length, writable: false, publiclyVisible: true);
        try
        {
            File.WriteAllBytes(newNetwork, new Pass(message, from, to, cancellationToken).Rewrite(Kind.Model, 0, message.Length));
        }
        catch (Exception error) when (error is WireFormatException or FormatException or OverflowException or EndOfStreamException)
        {
            throw new ModelFileException(network, $"{network}: external weights are named in a way that is not known: {error.Message}", error);
        }
    }

    private sealed class Pass(MemoryStream message, FileStream from, FileStream to, CancellationToken cancellationToken)
    {
        public byte[] Rewrite(Kind kind, long start, long end)
        {
            WireWriter written = new();
            // The reader goes back to its place after each message inside.
            foreach (WireField field in WireFormat.Fields(message, start, end))
            {
                if (field.Type == WireType.Bytes && ChildOf(kind, field.Number) is { } child)
                    written.Bytes(field.Number, Rewrite(child, field.ValueStart, field.End));
                else if (kind == Kind.Tensor && field.Number == OnnxSchema.Tensor.ExternalData)
                    continue; // below, all of them together
                else
                    written.Raw(Slice(field.Start, field.End));
            }

            if (kind == Kind.Tensor)
                Move(written, start, end);
            return written.ToArray();
        }

        private static Kind? ChildOf(Kind kind, int field) => (kind, field) switch
        {
            (Kind.Model, OnnxSchema.Model.Graph) => Kind.Graph,
            (Kind.Graph, OnnxSchema.Graph.Node) => Kind.Node,
            (Kind.Graph, OnnxSchema.Graph.Initializer) => Kind.Tensor,
            (Kind.Node, OnnxSchema.Node.Attribute) => Kind.Attribute,
            (Kind.Attribute, OnnxSchema.Attribute.Tensor) => Kind.Tensor,
            (Kind.Attribute, OnnxSchema.Attribute.Subgraph or OnnxSchema.Attribute.Subgraphs) => Kind.Graph,
            _ => null,
        };

        private void Move(WireWriter tensor, long start, long end)
        {
            List<(string Key, string Value)> entries = [.. WireFormat.Fields(message, start, end).Where(field => field.Number == OnnxSchema.Tensor.ExternalData).Select(ReadEntry)];
            string? offset = entries.Find(entry => entry.Key is OffsetKey).Value, length = entries.Find(entry => entry.Key is LengthKey).Value;
            if (entries.Count > 0 && (offset is null || length is null))
                throw new FormatException("a tensor says no offset or no length");
            foreach ((string key, string value) in entries)
            {
                string moved = key is OffsetKey ? Text(Copy(Number(offset!), Number(length!)))
                    : key.StartsWith(PackedKeys, StringComparison.Ordinal) ? MovePacked(value)
                    : value;
                tensor.Bytes(OnnxSchema.Tensor.ExternalData, new WireWriter().Text(OnnxSchema.Entry.Key, key).Text(OnnxSchema.Entry.Value, moved).ToArray());
            }
        }

        // KEY|offset;length;checksum, and further triples behind a semicolon.
        private string MovePacked(string value)
        {
            int bar = value.LastIndexOf('|');
            string[] parts = value[(bar + 1)..].Split(';');
            if (bar < 0 || parts.Length % 3 != 0)
                throw new FormatException($"'{value}' is no list of packed weights");
            for (int i = 0; i < parts.Length; i += 3)
                parts[i] = Text(Copy(Number(parts[i]), Number(parts[i + 1])));
            return value[..(bar + 1)] + string.Join(';', parts);
        }

        private long Copy(long offset, long length)
        {
            int alignment = length >= LargeBytes ? PageBytes : Alignment;
            to.Write(new byte[(alignment - (to.Position % alignment)) % alignment]);
            long moved = to.Position;
            from.Position = offset;
            byte[] block = new byte[(int)Math.Min(length, LargeBytes)];
            for (long left = length; left > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Span<byte> bytes = block.AsSpan(0, (int)Math.Min(left, block.Length));
                from.ReadExactly(bytes);
                to.Write(bytes);
                left -= bytes.Length;
            }

            return moved;
        }

        private (string Key, string Value) ReadEntry(WireField entry)
        {
            string key = "", value = "";
            foreach (WireField field in WireFormat.Fields(message, entry.ValueStart, entry.End).ToArray())
            {
                string text = Encoding.UTF8.GetString(Slice(field.ValueStart, field.End));
                if (field.Number == OnnxSchema.Entry.Key)
                    key = text;
                else if (field.Number == OnnxSchema.Entry.Value)
                    value = text;
            }

            return (key, value);
        }

        private ReadOnlySpan<byte> Slice(long start, long end) => message.GetBuffer().AsSpan((int)start, (int)(end - start));

        private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

        private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
