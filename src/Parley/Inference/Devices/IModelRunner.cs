using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference.Devices;

/// <summary>A model on a device, as the runtime sees it.</summary>
internal interface IModelRunner : IDisposable
{
    /// <summary>The loaded model.</summary>
    InferenceSession Session { get; }

    /// <summary>Runs it. The caller disposes the outputs, which lie in the machine's memory.</summary>
    /// <exception cref="OnnxRuntimeException">The run failed.</exception>
    IDisposableReadOnlyCollection<OrtValue> Run(RunOptions options, IReadOnlyDictionary<string, OrtValue> inputs, IReadOnlyCollection<string> outputNames);
}
