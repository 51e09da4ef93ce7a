using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference;

/// <summary>A fault that a backend found itself, before or beside the runtime.</summary>
internal sealed class DeviceFaultException(InferenceFault fault, string message) : Exception(message)
{
    public InferenceFault Fault { get; } = fault;
}

/// <summary>Tells from the runtime's words what went wrong: its error codes say only that something did.</summary>
internal static class DeviceFault
{
    // Words of CUDA, Vulkan, Direct3D, Metal, Dawn and of the runtime's own allocators.
    private static readonly string[] Memory =
    [
        "out of memory", "out_of_memory", "outofmemory", "out-of-memory", "failed to allocate", "allocation failed", "bad_alloc",
        "bad allocation", "cuda failure 2:", "exceeds the max buffer size", "exceeds the maximum buffer size",
    ];

    private static readonly string[] Lost =
    [
        "device lost", "device_lost", "devicelost", "device is lost", "device removed", "device_removed", "device hung", "device_hung",
        "cuda failure 100:", "cuda failure 700:", "cuda failure 719:", "cuda failure 999:",
    ];

    /// <summary>Whether an exception is one that devices and the runtime throw.</summary>
    public static bool IsKnown(Exception error) => error is OnnxRuntimeException or DeviceFaultException;

    /// <summary>The kind of fault.</summary>
    public static InferenceFault Classify(Exception error)
    {
        if (error is DeviceFaultException known)
            return known.Fault;
        if (Lost.Any(words => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase)))
            return InferenceFault.DeviceLost;
        return Memory.Any(words => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase)) ? InferenceFault.OutOfMemory : InferenceFault.RunFailed;
    }

    /// <summary>Whether the runtime refused the inputs: names, types or shapes. No other device would take them.</summary>
    public static bool IsCallersFault(this InferenceException error)
        => error.InnerException is OnnxRuntimeException inner && inner.Message.StartsWith("[ErrorCode:InvalidArgument]", StringComparison.Ordinal);
}
