using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>
/// Lets the densely connected layers of CAM++ run in an operator of the project's own, a whole block of them at once: what they add to their input stays where it is,
/// in place of being copied from layer to layer, and the two convolutions of a layer count in 8 bits. Their weights have a scale for each output channel, their values
/// one for each window. Only layers whose windows are one segment long (<see cref="SingleSegmentContext"/>) are understood.
/// </summary>
/// <remarks>Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification", Interspeech 2023, sections 2.1 and 2.2.</remarks>
internal static class DenseLayers
{
    /// <summary>
    /// The operator: floats [windows, channels, frames]; numbers and weights of the layers, one after the other, as <see cref="DenseSizes"/> says; the outcome is
    /// [windows, channels + layers * growth, frames], or [windows, transition, frames].
    /// </summary>
    public const string Operator = "DenseLayers";

    /// <summary>Attribute: layers.</summary>
    public const string Layers = "layers";

    /// <summary>Attribute: channels that each layer adds.</summary>
    public const string Growth = "growth";

    /// <summary>Attribute: channels between the two convolutions of a layer.</summary>
    public const string Bottleneck = "bottleneck";

    /// <summary>Attribute: channels between the two products of the context.</summary>
    public const string Hidden = "hidden";

    /// <summary>Attribute: frames that the second convolution sees at a time.</summary>
    public const string Taps = "taps";

    /// <summary>Attribute: frames from one tap to the next.</summary>
    public const string Dilation = "dilation";

    /// <summary>Attribute: zeros in front of the first frame; behind the last one there are as many as keep the length.</summary>
    public const string Before = "before";

    /// <summary>Attribute: channels that normalisation, Relu and a product of single frames make of all of them at the end; 0 where there is none.</summary>
    public const string Transition = "transition";

    /// <summary>No weight is farther from 0: so that all products can be added up by twos in 16 bits, and nearly all by fours.</summary>
    public const int LargestWeight = 63;

    /// <summary>Changes the layers that it understands.</summary>
    /// <returns>Their number; 0 when there is nothing to change.</returns>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public static int Apply(OnnxModel model, OnnxEdit edit)
    {
        GraphLinks links = new(model);
        using FileStream stream = File.OpenRead(model.Path);
        Dictionary<string, OnnxTensor> tensors = model.Floats();
        Dictionary<string, Convolution> convolutions = Convolution.All(model, links, stream).DistinctBy(convolution => convolution.Result, StringComparer.Ordinal).ToDictionary(convolution => convolution.Result, StringComparer.Ordinal);
        Dictionary<string, DenseLayer> byInput = new(StringComparer.Ordinal);
        foreach (OnnxNode node in model.Nodes)
        {
            if (DenseLayer.EndingIn(node, links, convolutions, tensors, stream) is { } layer)
                byInput.TryAdd(layer.Input, layer);
        }

        Dictionary<OnnxNode, IReadOnlyList<string>> changed = new(ReferenceEqualityComparer.Instance);
        HashSet<DenseLayer> followers = new(byInput.Values.Select(layer => Follower(layer, byInput)).OfType<DenseLayer>(), ReferenceEqualityComparer.Instance);
        int count = 0;
        foreach (DenseLayer first in byInput.Values.Where(layer => !followers.Contains(layer)))
        {
            List<DenseLayer> block = [];
            for (DenseLayer? layer = first; layer is not null; layer = Follower(layer, byInput))
                block.Add(layer);
            DenseTransition? transition = DenseTransition.Behind(block[^1].Sum, links, convolutions, tensors, stream);
            if (Write(block, transition, edit, stream) is not { } inputs)
                continue;
            changed[transition?.Last ?? block[^1].Sum] = inputs;
            count += block.Count;
        }

        if (count == 0)
            return 0;
        edit.UseDomain(OwnDomain.Name, OwnDomain.Version);
        links.RemoveUnread(edit, changed.GetValueOrDefault);
        return count;
    }

    private static DenseLayer? Follower(DenseLayer layer, Dictionary<string, DenseLayer> byInput)
        => byInput.TryGetValue(layer.Sum.Outputs[0], out DenseLayer? next) && layer.Fits(next) ? next : null;

    private static string[]? Write(List<DenseLayer> block, DenseTransition? transition, OnnxEdit edit, FileStream stream)
    {
        DenseSizes sizes = block[0].Sizes(block.Count) with { Transition = transition?.Channels ?? 0 };
        using MemoryStream numbers = new(), weights = new();
        for (int i = 0; i < block.Count; i++)
        {
            DenseLayer layer = block[i];
            if (SmallWeights.Of(layer.Narrow, inputScale: 1, LargestWeight, stream) is not { } narrow || SmallWeights.Of(layer.Local, inputScale: 1, LargestWeight, stream) is not { } local)
                return null;
            WriteNormalisation(layer.Normalisation, sizes.Wide(i));
            foreach (float[] values in (float[][])
            [
                narrow.Scales, Bias(layer.Narrow), local.Scales, Bias(layer.Local),
                ContextWeights(layer.Context), Bias(layer.Context), layer.Mask.Weights.Read<float>(stream), Bias(layer.Mask),
            ])
                WriteNumbers(values);
            weights.Write(PackedMatrix.Pack(ByTap(narrow.Values, sizes.Bottleneck, layer.Channels, taps: 1, sizes.Wide(i)), sizes.Bottleneck, offset: 0));
            weights.Write(PackedMatrix.Pack(ByTap(local.Values, sizes.Growth, sizes.Bottleneck, sizes.Taps, sizes.Taps * sizes.Bottleneck), sizes.Growth, offset: 0));
        }

        if (transition is not null)
        {
            if (SmallWeights.Of(transition.Product, inputScale: 1, LargestWeight, stream) is not { } product)
                return null;
            WriteNormalisation(transition.Normalisation, sizes.Wide(sizes.Layers));
            WriteNumbers(product.Scales);
            WriteNumbers(Bias(transition.Product));
            weights.Write(PackedMatrix.Pack(ByTap(product.Values, sizes.Transition, sizes.Grown, taps: 1, sizes.Wide(sizes.Layers)), sizes.Transition, offset: 0));
        }

        OnnxNode last = transition?.Last ?? block[^1].Sum;
        string name = last.Outputs[0];
        string[] inputs =
        [
            block[0].Input,
            edit.AddTensor(name + "_numbers", OnnxSchema.FloatType, [numbers.Length / sizeof(float)], numbers.ToArray()),
            edit.AddTensor(name + "_weights", OnnxSchema.UInt8Type, [weights.Length], weights.ToArray()),
        ];
        edit.Replace(last.Field, NodeMessage.Of(
            Operator,
            inputs,
            name,
            OwnDomain.Name,
            NodeMessage.Number(Layers, sizes.Layers),
            NodeMessage.Number(Growth, sizes.Growth),
            NodeMessage.Number(Bottleneck, sizes.Bottleneck),
            NodeMessage.Number(Hidden, sizes.Hidden),
            NodeMessage.Number(Taps, sizes.Taps),
            NodeMessage.Number(Dilation, block[0].Local.Dilations[0]),
            NodeMessage.Number(Before, block[0].Local.Pads[0]),
            NodeMessage.Number(Transition, sizes.Transition),
            NodeMessage.Number(PackedMatrix.Relu, transition?.Product.Relu is null ? 0 : 1)));
        return inputs;

        void WriteNumbers(float[] values) => numbers.Write(MemoryMarshal.AsBytes(values.AsSpan()));

        void WriteNormalisation(BatchNormalization normalisation, int wide)
        {
            float[] unused = new float[wide - normalisation.Gains.Length];
            foreach (float[] values in (float[][])[normalisation.Gains, unused, normalisation.Offsets, unused])
                WriteNumbers(values);
        }

        float[] Bias(Convolution convolution) => convolution.Bias?.Read<float>(stream) ?? new float[convolution.Weights.Dims[0]];

        // The context is the mean over all frames and that over the segment, which are the same.
        float[] ContextWeights(Convolution convolution) => [.. convolution.Weights.Read<float>(stream).Select(static weight => 2 * weight)];
    }

    // From [outputs, channels, taps] to [taps * channels, outputs], and rows of zeros.
    private static byte[] ByTap(sbyte[] weights, int outputs, int channels, int taps, int rows)
    {
        byte[] turned = new byte[rows * outputs];
        int i = 0;
        for (int output = 0; output < outputs; output++)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                for (int tap = 0; tap < taps; tap++)
                    turned[(((tap * channels) + channel) * outputs) + output] = (byte)weights[i++];
            }
        }

        return turned;
    }
}
