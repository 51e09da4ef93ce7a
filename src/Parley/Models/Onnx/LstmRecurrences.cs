using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>
/// Lets LSTM layers go through several stretches of a sequence at once: a product with the weights of the inputs, of all steps, and behind it an operator of the
/// project's own that goes through the steps. At batch 1 such a layer reads all recurrent weights at every step, so that a step of three stretches costs little more.
/// </summary>
internal static class LstmRecurrences
{
    /// <summary>
    /// The operator: products of the inputs [steps, batch, directions * groups * 32], recurrent weights and the bias [directions, groups * 32], as
    /// <see cref="RecurrentWeights"/> describes them, and, if they are not zero, first outputs and first cells [directions, batch, units]. The outcome is that of
    /// ONNX's LSTM, [steps, directions, batch, units]; a second direction goes backwards.
    /// </summary>
    public const string Operator = "LstmRecurrence";

    /// <summary>Attribute: units of a direction.</summary>
    public const string Units = "hidden_size";

    /// <summary>Units of a direction, at most.</summary>
    public const int MostUnits = 1 << 12;

    private const int Input = 0, Weights = 1, Recurrence = 2, Bias = 3, Lengths = 4, FirstOutput = 5, FirstCell = 6, LayerInputs = 7;
    private const long MostWeights = 1 << 26;

    private static readonly HashSet<string> KnownAttributes = new(["direction", Units], StringComparer.Ordinal);

    /// <summary>Changes the layers that it understands.</summary>
    /// <returns>Their number; 0 when there is nothing to change.</returns>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public static int Apply(OnnxModel model, OnnxEdit edit)
    {
        GraphLinks links = new(model);
        using FileStream stream = File.OpenRead(model.Path);
        Dictionary<string, OnnxTensor> tensors = model.Floats();
        int count = 0;
        foreach (OnnxNode node in model.Nodes)
        {
            if (!IsKnown(node) || node.Outputs.Skip(1).Any(name => name.Length > 0 && (model.Outputs.Contains(name) || links.Readers(name).Any()))
                || Layer.Of(node, new NodeAttributes(node, stream).Word("direction"), tensors) is not { } layer)
                continue;
            layer.Write(edit, stream);
            foreach (OnnxTensor old in layer.Tensors.Where(old => links.OnlyReader(old.Name) is not null))
                edit.Remove(old.Field);
            count++;
        }

        if (count > 0)
            edit.UseDomain(OwnDomain.Name, OwnDomain.Version);
        return count;
    }

    // Without lengths of its sequences, and with the usual functions.
    private static bool IsKnown(OnnxNode node)
        => node is { Operator: "LSTM", Domain: "" or "ai.onnx", Inputs.Count: > Recurrence and <= LayerInputs, Outputs: [{ Length: > 0 }, ..] }
            && InputOf(node, Lengths).Length == 0 && node.Attributes.All(KnownAttributes.Contains);

    private static string InputOf(OnnxNode node, int index) => index < node.Inputs.Count ? node.Inputs[index] : "";

    private sealed record Layer(OnnxNode Node, OnnxTensor Weights, OnnxTensor Recurrence, OnnxTensor? Bias)
    {
        public int Directions => (int)Recurrence.Dims[0];

        public int Units => (int)Recurrence.Dims[2];

        public IEnumerable<OnnxTensor> Tensors => Bias is null ? [Weights, Recurrence] : [Weights, Recurrence, Bias];

        /// <summary>Reads what a node says; null when shapes do not belong together.</summary>
        public static Layer? Of(OnnxNode node, string? direction, Dictionary<string, OnnxTensor> tensors)
        {
            string biasName = InputOf(node, LstmRecurrences.Bias);
            OnnxTensor? bias = tensors.GetValueOrDefault(biasName);
            int directions = direction switch { null or "forward" => 1, "bidirectional" => 2, _ => 0 };
            if (!tensors.TryGetValue(node.Inputs[LstmRecurrences.Weights], out OnnxTensor? weights) || !tensors.TryGetValue(node.Inputs[LstmRecurrences.Recurrence], out OnnxTensor? recurrence)
                || weights.Dims is not [_, _, var inputs] || recurrence.Dims is not [_, _, > 0 and <= MostUnits and var units] || inputs * RecurrentWeights.Columns(directions, units) > MostWeights)
                return null;
            long rows = RecurrentWeights.Gates * units;
            return weights.Dims.SequenceEqual([directions, rows, inputs]) && recurrence.Dims.SequenceEqual([directions, rows, units])
                && (bias is null ? biasName.Length == 0 : bias.Dims.SequenceEqual([directions, 2 * rows]))
                    ? new Layer(node, weights, recurrence, bias)
                    : null;
        }

        public void Write(OnnxEdit edit, FileStream stream)
        {
            long columns = RecurrentWeights.Columns(Directions, Units), inputs = Weights.Dims[2];
            float[] weights = RecurrentWeights.PackInputs(Weights.Read<float>(stream), Directions, Units);
            float[] recurrence = RecurrentWeights.PackRecurrent(Recurrence.Read<float>(stream), Directions, Units), bias = RecurrentWeights.PackRows(BiasOfRows(stream), Directions, Units);
            string turned = edit.AddTensor(Weights.Name + "_by_input", OnnxSchema.FloatType, [inputs, columns], MemoryMarshal.AsBytes(weights.AsSpan()));
            string products = edit.AddName(Node.Outputs[0] + "_inputs");
            string[] names =
            [
                products,
                edit.AddTensor(Recurrence.Name + "_by_group", OnnxSchema.FloatType, RecurrentWeights.Shape(Directions, Units), MemoryMarshal.AsBytes(recurrence.AsSpan())),
                edit.AddTensor(Recurrence.Name + "_bias", OnnxSchema.FloatType, [Directions, columns / Directions], MemoryMarshal.AsBytes(bias.AsSpan())),
                InputOf(Node, FirstOutput),
                InputOf(Node, FirstCell),
            ];
            edit.Replace(Node.Field,
            [
                NodeMessage.Of("MatMul", [Node.Inputs[Input], turned], products),
                NodeMessage.Of(Operator, names, Node.Outputs[0], OwnDomain.Name, NodeMessage.Number(LstmRecurrences.Units, Units)),
            ]);
        }

        // The file has one for the inputs and one for the last outputs; only their sum counts.
        private float[] BiasOfRows(FileStream stream)
        {
            int rows = RecurrentWeights.Gates * Units;
            float[] sums = new float[Directions * rows], both = Bias?.Read<float>(stream) ?? new float[2 * sums.Length];
            for (int i = 0; i < sums.Length; i++)
            {
                int first = (i / rows * 2 * rows) + (i % rows);
                sums[i] = both[first] + both[first + rows];
            }

            return sums;
        }
    }
}
