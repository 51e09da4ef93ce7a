namespace Parley.Inference;

/// <summary>Why a model run failed.</summary>
public enum InferenceFault
{
    /// <summary>The runtime reported an error of its own.</summary>
    RunFailed,

    /// <summary>Memory of the machine or of the device ran out.</summary>
    OutOfMemory,

    /// <summary>The device went away or was reset.</summary>
    DeviceLost,

    /// <summary>The model gave values that no later stage can use (not a number, wrong shape).</summary>
    BadOutput,

    /// <summary>The device that the configuration names is not there, or cannot load the model, and no other may be used.</summary>
    DeviceUnavailable,
}

/// <summary>A model run failed; neither the caller's input nor the model file is known to be at fault.</summary>
public sealed class InferenceException(InferenceFault fault, string model, string device, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Why.</summary>
    public InferenceFault Fault { get; } = fault;

    /// <summary>The model that ran; empty when the failure belongs to no model.</summary>
    public string Model { get; } = model;

    /// <summary>The device that it ran on.</summary>
    public string Device { get; } = device;
}
