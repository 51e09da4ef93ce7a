using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference;

/// <summary>A named tensor for a model run. Keeps no copy: the caller's memory must stay as it is until the run returns.</summary>
public sealed class ModelInput
{
    private readonly Func<OrtValue> _toOrtValue;

    private ModelInput(string name, Func<OrtValue> toOrtValue)
    {
        Name = name;
        _toOrtValue = toOrtValue;
    }

    /// <summary>Name of the input in the graph.</summary>
    public string Name { get; }

    /// <summary>A tensor of 32-bit floats.</summary>
    /// <param name="name">Name of the input.</param>
    /// <param name="values">Row-major; as many values as the shape says.</param>
    /// <param name="shape">Axes.</param>
    public static ModelInput Of(string name, Memory<float> values, params long[] shape) => Create(name, values, shape);

    /// <summary>A tensor of 32-bit integers.</summary>
    public static ModelInput Of(string name, Memory<int> values, params long[] shape) => Create(name, values, shape);

    /// <summary>A tensor of 64-bit integers.</summary>
    public static ModelInput Of(string name, Memory<long> values, params long[] shape) => Create(name, values, shape);

    internal OrtValue ToOrtValue() => _toOrtValue();

    private static ModelInput Create<T>(string name, Memory<T> values, long[] shape)
        where T : unmanaged
    {
        long count = shape.Aggregate(1L, (product, axis) => checked(product * axis));
        if (count != values.Length)
            throw new ArgumentException($"Input {name}: shape [{string.Join(", ", shape)}] holds {count} values, got {values.Length}.", nameof(values));
        return new ModelInput(name, () => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, shape));
    }
}
