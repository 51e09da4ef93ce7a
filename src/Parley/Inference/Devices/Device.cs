namespace Parley.Inference.Devices;

/// <summary>A device that models can run on. Immutable.</summary>
public sealed record Device
{
    /// <summary>Name by which it is chosen: that of its backend for the first one (<c>cuda</c>), with a number for the others (<c>cuda:1</c>).</summary>
    public required string Name { get; init; }

    /// <summary>The backend that found it, such as <c>cuda</c>.</summary>
    public required string Backend { get; init; }

    /// <summary>What it is.</summary>
    public required DeviceKind Kind { get; init; }

    /// <summary>What its maker calls it.</summary>
    public required string Description { get; init; }

    /// <summary>ONNX Runtime's name of the provider that runs it.</summary>
    public required string Provider { get; init; }

    /// <summary>Number among the devices of its backend, from 0.</summary>
    public int Index { get; init; }

    /// <summary>Whether it is another way to the hardware of its backend's first device.</summary>
    public bool IsAlternative { get; init; }

    /// <summary>Bytes of memory: the device's own, or the machine's where it shares that; null where it does not say.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Driver and its version; null where there is none or it does not say.</summary>
    public string? Driver { get; init; }

    /// <summary>What it takes in one run.</summary>
    public DeviceLimits Limits { get; init; } = new();

    /// <summary>What an operator should know about versions, each with its remedy. Empty when all is well.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Whether a name as people write it means this device: <c>cuda</c> and <c>cuda:0</c> are the same.</summary>
    public bool IsCalled(string name)
        => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase)
            || string.Equals($"{Backend}:{Index}", name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The name of the n-th device of a backend.</summary>
    internal static string NameOf(string backend, int index) => index == 0 ? backend : $"{backend}:{index}";
}
