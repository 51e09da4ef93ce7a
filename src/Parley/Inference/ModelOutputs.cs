using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference;

/// <summary>The outputs of one run, in native memory: read them, then dispose. Spans end with it.</summary>
public sealed class ModelOutputs : IDisposable
{
    private readonly IDisposableReadOnlyCollection<OrtValue> _values;
    private readonly IReadOnlyList<TensorSpec> _specs;

    internal ModelOutputs(IDisposableReadOnlyCollection<OrtValue> values, IReadOnlyList<TensorSpec> specs)
    {
        _values = values;
        _specs = specs;
    }

    /// <summary>Shape of an output, all axes known.</summary>
    public long[] Shape(string name) => Value(name).GetTensorTypeAndShape().Shape;

    /// <summary>Values of a float output, row-major.</summary>
    public ReadOnlySpan<float> Floats(string name) => Value(name).GetTensorDataAsSpan<float>();

    /// <summary>Values of an integer output of either width.</summary>
    public long[] Integers(string name)
    {
        OrtValue value = Value(name);
        return Spec(name).Type switch
        {
            TensorType.Int32 => [.. value.GetTensorDataAsSpan<int>().ToArray().Select(item => (long)item)],
            TensorType.Int64 => value.GetTensorDataAsSpan<long>().ToArray(),
            _ => throw new InvalidOperationException($"Output {Spec(name)} is not an integer tensor."),
        };
    }

    /// <summary>Frees the native memory.</summary>
    public void Dispose() => _values.Dispose();

    private OrtValue Value(string name)
    {
        for (int i = 0; i < _specs.Count; i++)
        {
            if (string.Equals(_specs[i].Name, name, StringComparison.Ordinal))
                return _values.ElementAt(i);
        }

        throw new ArgumentException($"The model has no output called {name}.", nameof(name));
    }

    private TensorSpec Spec(string name) => _specs.First(spec => string.Equals(spec.Name, name, StringComparison.Ordinal));
}
