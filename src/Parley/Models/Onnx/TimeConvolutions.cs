using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>
/// Lets convolutions over time that see each channel for itself (the memory of SAN-M layers) read frames as they lie, [batch, frames, channels], with an operator of
/// the project's own in place of Transpose, Conv and Transpose; with the sum of outcome and input behind them, if there is one, and a mask before and behind. Frames that are
/// cut out of others are read where they lie.
/// </summary>
internal static class TimeConvolutions
{
    /// <summary>The operator: floats [batch, frames, at least channels], weights [taps, channels], and a mask [batch, frames, 1] if there is one; the outcome [batch, frames, channels].</summary>
    public const string Operator = "TimeConvolution";

    /// <summary>Attribute: taps before the frame that is computed.</summary>
    public const string Before = "before";

    /// <summary>Attribute: 1 where the input is added to the outcome.</summary>
    public const string Shortcut = "shortcut";

    /// <summary>Attribute: where in its row a frame starts.</summary>
    public const string Start = "start";

    /// <summary>Frames that are seen at a time, at most.</summary>
    public const int MostTaps = 256;

    /// <summary>Changes the convolutions that it understands.</summary>
    /// <returns>Their number; 0 when there is nothing to change.</returns>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public static int Apply(OnnxModel model, OnnxEdit edit)
    {
        GraphLinks links = new(model);
        using FileStream stream = File.OpenRead(model.Path);
        Dictionary<string, OnnxTensor> numbers = model.Tensors.Where(tensor => tensor.IsPlain(OnnxSchema.Int64Type, sizeof(long))).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        KnownNumbers known = new(model, links, stream);
        Dictionary<OnnxNode, IReadOnlyList<string>> changed = new(ReferenceEqualityComparer.Instance);
        foreach (Convolution convolution in Convolution.All(model, links, stream).Where(IsMemory))
        {
            (long before, long after, string channelsFirst) = Padding(convolution, links, numbers, stream);
            (int channels, int taps) = ((int)convolution.Weights.Dims[0], (int)convolution.Weights.Dims[2]);
            if (before < 0 || after < 0 || before + after != taps - 1 || before >= taps || convolution.Group != channels
                || links.Maker(channelsFirst) is not { } turned || !IsTurn(turned, stream) || links.OnlyReader(channelsFirst) is null
                || links.OnlyReader(convolution.Node.Outputs[0]) is not { } back || !IsTurn(back, stream) || links.OnlyReader(convolution.Weights.Name) is null)
                continue;
            string frames = turned.Inputs[0];
            OnnxNode? sum = links.OnlyReader(back.Outputs[0]) is { Operator: "Add", Domain: "" or "ai.onnx" } next && next.Inputs.Contains(frames, StringComparer.Ordinal) ? next : null;
            OnnxNode last = sum ?? back;
            List<string> inputs = [frames, edit.AddTensor(convolution.Weights.Name + "_by_tap", OnnxSchema.FloatType, [taps, channels], MemoryMarshal.AsBytes(ByTap(convolution.Weights.Read<float>(stream), channels, taps).AsSpan()))];
            if (Masked(frames, last, links, known) is var (unmasked, mask, masked))
            {
                (inputs[0], last) = (unmasked, masked);
                inputs.Add(mask);
            }

            int start = 0;
            if (known.Part(inputs[0]) is var (whole, from, width) && width == channels)
                (inputs[0], start) = (whole, from);
            edit.Replace(last.Field, NodeMessage.Of(Operator, inputs, last.Outputs[0], OwnDomain.Name, NodeMessage.Number(Before, before), NodeMessage.Number(Shortcut, sum is null ? 0 : 1), NodeMessage.Number(Start, start)));
            edit.Remove(convolution.Weights.Field);
            changed[last] = inputs;
        }

        if (changed.Count == 0)
            return 0;
        edit.UseDomain(OwnDomain.Name, OwnDomain.Version);
        links.RemoveUnread(edit, changed.GetValueOrDefault);
        return changed.Count;
    }

    private static bool IsMemory(Convolution convolution)
        => convolution is { IsFlat: true, IsDense: true, BiasName: null } && convolution.Weights.Dims is [> 1, 1, > 1 and <= MostTaps];

    // Its own, or that of a Pad with zeros in front of it.
    private static (long Before, long After, string Input) Padding(Convolution convolution, GraphLinks links, Dictionary<string, OnnxTensor> numbers, FileStream stream)
    {
        (long before, long after) = (convolution.Pads[0], convolution.Pads[1]);
        if (links.Maker(convolution.Input) is not { Operator: "Pad", Domain: "" or "ai.onnx", Inputs: [var padded, var amounts] } pad || links.OnlyReader(convolution.Input) is null
            || new NodeAttributes(pad, stream).Word("mode") is not (null or "constant") || !numbers.TryGetValue(amounts, out OnnxTensor? tensor)
            || tensor.Read<long>(stream) is not [0, 0, var more, 0, 0, var last])
            return (before, after, convolution.Input);
        return (before + more, after + last, padded);
    }

    // What goes in and what comes out, multiplied by the same mask [batch, frames, 1].
    private static (string Frames, string Mask, OnnxNode Last)? Masked(string frames, OnnxNode last, GraphLinks links, KnownNumbers known)
    {
        if (links.Maker(frames) is not { Operator: "Mul", Domain: "" or "ai.onnx", Inputs: [var unmasked, var mask] } || links.OnlyReader(last.Outputs[0]) is not { Operator: "Mul", Domain: "" or "ai.onnx" } behind
            || !behind.Inputs.Contains(mask, StringComparer.Ordinal) || links.Maker(mask) is not { Operator: "Unsqueeze", Inputs: [_, var axis] } || known.Single(axis) is not (-1 or 2))
            return null;
        return (unmasked, mask, behind);
    }

    private static bool IsTurn(OnnxNode node, FileStream stream)
        => node is { Operator: "Transpose", Domain: "" or "ai.onnx", Inputs.Count: 1, Outputs.Count: 1 } && new NodeAttributes(node, stream).Numbers("perm") is [0, 2, 1];

    private static float[] ByTap(float[] weights, int channels, int taps)
    {
        float[] turned = new float[weights.Length];
        for (int channel = 0; channel < channels; channel++)
        {
            for (int tap = 0; tap < taps; tap++)
                turned[(tap * channels) + channel] = weights[(channel * taps) + tap];
        }

        return turned;
    }
}
