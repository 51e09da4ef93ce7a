using System.Numerics.Tensors;
using Parley.Inference;
using Parley.Models.Onnx;

namespace Parley.Optimization;

/// <summary>What a network is given to see the ranges of its values: an input's name, values and shape.</summary>
internal sealed record CalibrationInput(string Name, float[] Values, long[] Shape);

/// <summary>Sees the ranges of values inside a network while it runs over samples of its stage: a <see cref="TensorObserver"/>.</summary>
/// <param name="probe">The samples.</param>
/// <param name="scratch">Where a copy of the network that gives its inner values out lies meanwhile.</param>
/// <param name="cancellationToken">Ends it.</param>
internal sealed class Calibration(StageProbe probe, ScratchFiles scratch, CancellationToken cancellationToken)
{
    /// <inheritdoc cref="TensorObserver"/>
    /// <exception cref="InferenceException">The network does not run.</exception>
    public IReadOnlyDictionary<string, ObservedTensor> Observe(OnnxModel model, IReadOnlyCollection<string> names)
    {
        HashSet<string> made = new(model.Nodes.SelectMany(node => node.Outputs), StringComparer.Ordinal);
        string[] inner = [.. names.Distinct(StringComparer.Ordinal).Where(name => made.Contains(name) && !model.Outputs.Contains(name))];
        OnnxEdit edit = new(model);
        foreach (string name in inner)
            edit.AddOutput(name);
        string copy = scratch.Write(edit, cancellationToken);
        Dictionary<string, ObservedTensor?> seen = new(StringComparer.Ordinal);
        using (ModelSession session = ModelSession.Load(copy, new InferenceOptions { Threads = 1, UseOptimized = false }))
        {
            foreach (CalibrationInput input in probe.Calibration(session))
            {
                Add(seen, input.Name, input.Shape, input.Values);
                using ModelOutputs outputs = session.Run([ModelInput.Of(input.Name, input.Values, input.Shape)], cancellationToken);
                foreach (string name in inner.Concat(names.Where(model.Outputs.Contains)))
                    Add(seen, name, outputs.Shape(name), outputs.Floats(name));
            }
        }

        scratch.Delete(copy);
        return seen.Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal);
    }

    private static void Add(Dictionary<string, ObservedTensor?> seen, string name, long[] shape, ReadOnlySpan<float> values)
    {
        // Both are NaN where a value is.
        (float smallest, float largest) = values.IsEmpty ? (float.NaN, float.NaN) : (TensorPrimitives.Min(values), TensorPrimitives.Max(values));
        ObservedTensor? now = float.IsFinite(smallest) && float.IsFinite(largest) ? new ObservedTensor(shape, smallest, largest) : null;
        if (!seen.TryGetValue(name, out ObservedTensor? before))
            seen[name] = now;
        else if (before is not null)
            seen[name] = now is null || !before.Shape.SequenceEqual(now.Shape) ? null : new ObservedTensor(shape, Math.Min(before.Smallest, now.Smallest), Math.Max(before.Largest, now.Largest));
    }
}
