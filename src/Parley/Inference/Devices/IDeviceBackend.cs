using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference.Devices;

/// <summary>
/// One kind of device. To add one: a new file with an implementation, and a line in <see cref="DeviceBackends"/>.
/// Safe for concurrent calls.
/// </summary>
internal interface IDeviceBackend
{
    /// <summary>Name in configuration and in results, in lower case.</summary>
    string Name { get; }

    /// <summary>
    /// Looks for devices. Never throws: what is missing is reported with its remedy. Looks for files and drivers before it calls into
    /// a provider, since native code that lacks its libraries may end the process.
    /// </summary>
    DeviceDetection Detect();

    /// <summary>Sets up a session for a device of this backend: its provider and all that our models need to run right on it.</summary>
    /// <param name="device">The device.</param>
    /// <param name="modelPath">The model that the session is for.</param>
    /// <param name="session">Receives the provider and its options.</param>
    /// <exception cref="OnnxRuntimeException">The provider refuses.</exception>
    void Configure(Device device, string modelPath, SessionOptions session);

    /// <summary>Loads a model.</summary>
    /// <exception cref="OnnxRuntimeException">The model cannot be loaded, or not on this device.</exception>
    IModelRunner Open(Device device, string modelPath, SessionOptions session) => new ModelRunner(new InferenceSession(modelPath, session));
}
