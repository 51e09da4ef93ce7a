namespace Parley.Models.Onnx;

/// <summary>What a tensor was seen to hold.</summary>
/// <param name="Shape">Its axes, the same in every run.</param>
/// <param name="Smallest">Its smallest value.</param>
/// <param name="Largest">Its largest value.</param>
internal sealed record ObservedTensor(IReadOnlyList<long> Shape, float Smallest, float Largest);

/// <summary>Runs a network over samples, one at a time, and looks at tensors of floats inside it and at its inputs.</summary>
/// <param name="model">The network.</param>
/// <param name="names">Names of the tensors; those of inputs are seen in any case.</param>
/// <returns>What was seen. A tensor without shape in common, or with values that are no numbers, is missing; nothing where there are no samples.</returns>
internal delegate IReadOnlyDictionary<string, ObservedTensor> TensorObserver(OnnxModel model, IReadOnlyCollection<string> names);
