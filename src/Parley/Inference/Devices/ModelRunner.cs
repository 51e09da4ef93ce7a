using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference.Devices;

/// <summary>ONNX Runtime itself.</summary>
internal sealed class ModelRunner(InferenceSession session) : IModelRunner
{
    public InferenceSession Session => session;

    public IDisposableReadOnlyCollection<OrtValue> Run(RunOptions options, IReadOnlyDictionary<string, OrtValue> inputs, IReadOnlyCollection<string> outputNames)
        => session.Run(options, inputs, outputNames);

    public void Dispose() => session.Dispose();
}
