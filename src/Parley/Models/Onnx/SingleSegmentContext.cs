namespace Parley.Models.Onnx;

/// <summary>
/// Shortens the context of CAM++ layers where a window is one segment long. There, the mean over each segment, spread over the segment's frames, is the
/// mean over all frames, so that two convolutions see the same values at every frame: one frame is enough, and the product at the end spreads it. As
/// that holds for this length alone, inputs of any other length are refused from then on.
/// </summary>
/// <remarks>Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification", Interspeech 2023, section 2.2.</remarks>
internal static class SingleSegmentContext
{
    private const double LargestDifference = 1e-3;

    // From the sum back to the pooling: how segment means are spread over frames.
    private static readonly string[] Spreading = ["Slice", "Reshape", "Expand", "Unsqueeze"];

    private sealed record Place(OnnxNode Sum, string Mean, string Spread, string Segments, string Frames);

    /// <summary>Changes the layers that have one segment in all observed runs.</summary>
    /// <returns>Their number; 0 when there is nothing to change.</returns>
    public static int Apply(OnnxModel model, OnnxEdit edit, TensorObserver observe)
    {
        GraphLinks links = new(model);
        using FileStream stream = File.OpenRead(model.Path);
        HashSet<OnnxNode> pointwise = new(
            Convolution.All(model, links, stream).Where(convolution => convolution.IsPointwise).Select(convolution => convolution.Node), ReferenceEqualityComparer.Instance);
        Place[] places = [.. model.Nodes.Select(node => Find(node, links, stream)).OfType<Place>().Where(place => EndsInProduct(place.Sum, links, pointwise))];
        if (places.Length == 0)
            return 0;
        IReadOnlyDictionary<string, ObservedTensor> seen = observe(model, [.. places.SelectMany(place => new[] { place.Mean, place.Spread, place.Segments, place.Frames })]);
        Dictionary<OnnxNode, string[]> changed = new(ReferenceEqualityComparer.Instance);
        foreach (Place place in places.Where(place => IsOneSegment(place, seen)))
            changed[place.Sum] = [place.Mean, place.Mean];
        if (changed.Count == 0 || !Freeze(model, edit, seen))
            return 0;
        foreach ((OnnxNode sum, string[] inputs) in changed)
            edit.Replace(sum.Field, NodeMessage.Of(sum.Operator, inputs, sum.Outputs[0]));
        links.RemoveUnread(edit, changed.GetValueOrDefault);
        return changed.Count;
    }

    private static Place? Find(OnnxNode sum, GraphLinks links, FileStream stream)
    {
        if (sum is not { Operator: "Add", Domain: "" or "ai.onnx", Inputs: [string one, string other] })
            return null;
        return Find(sum, one, other, links, stream) ?? Find(sum, other, one, links, stream);
    }

    private static Place? Find(OnnxNode sum, string mean, string spread, GraphLinks links, FileStream stream)
    {
        if (links.Maker(mean) is not { Operator: "ReduceMean", Inputs: [string frames] } reduce || new NodeAttributes(reduce, stream).Numbers("axes") is not [-1 or 2])
            return null;
        string segments = spread;
        foreach (string step in Spreading)
        {
            if (links.Maker(segments) is not { Inputs.Count: > 0 } node || !string.Equals(node.Operator, step, StringComparison.Ordinal))
                return null;
            segments = node.Inputs[0];
        }

        return links.Maker(segments) is { Operator: "AveragePool", Inputs: [string pooled] } && string.Equals(pooled, frames, StringComparison.Ordinal)
            ? new Place(sum, mean, spread, segments, frames) : null;
    }

    // Only what treats every frame alike may lie between the sum and the product that spreads it.
    private static bool EndsInProduct(OnnxNode sum, GraphLinks links, HashSet<OnnxNode> pointwise)
    {
        const int Longest = 8; // two convolutions, Relu, Sigmoid
        OnnxNode? node = sum;
        for (int i = 0; i < Longest; i++)
        {
            node = links.OnlyReader(node.Outputs[0]);
            if (node is not { Domain: "" or "ai.onnx", Outputs.Count: 1 })
                return false;
            if (node.Operator is "Mul")
                return true;
            if (node.Operator is not ("Relu" or "Sigmoid") && !pointwise.Contains(node))
                return false;
        }

        return false;
    }

    // The pooling may count padding, or part of a segment as a whole one: its values tell.
    private static bool IsOneSegment(Place place, IReadOnlyDictionary<string, ObservedTensor> seen)
        => seen.TryGetValue(place.Frames, out ObservedTensor? frames) && seen.TryGetValue(place.Mean, out ObservedTensor? mean)
            && seen.TryGetValue(place.Segments, out ObservedTensor? segments) && seen.TryGetValue(place.Spread, out ObservedTensor? spread)
            && frames.Shape is [_, long channels, > 1] && mean.Shape is [_, var ofMean, 1] && ofMean == channels && segments.Shape is [_, var ofSegments, 1] && ofSegments == channels
            && spread.Shape.SequenceEqual(frames.Shape) && IsSame(mean, segments) && IsSame(mean, spread);

    private static bool IsSame(ObservedTensor one, ObservedTensor other)
    {
        double bound = LargestDifference * Math.Max(Math.Abs(one.Smallest), Math.Abs(one.Largest));
        return Math.Abs(one.Smallest - other.Smallest) <= bound && Math.Abs(one.Largest - other.Largest) <= bound;
    }

    private static bool Freeze(OnnxModel model, OnnxEdit edit, IReadOnlyDictionary<string, ObservedTensor> seen)
    {
        foreach (OnnxInput input in model.Inputs)
        {
            if (input.Axes is not { Count: > 1 } axes || !seen.TryGetValue(input.Name, out ObservedTensor? observed) || observed.Shape.Count != axes.Count)
                return false;
            edit.Replace(input.Field, ValueMessage.Of(input.Name, OnnxSchema.FloatType, [axes[0], .. observed.Shape.Skip(1)]));
        }

        return true;
    }
}
