using Microsoft.ML.OnnxRuntime;
using Parley.Inference.Devices;

namespace Parley.Inference.Optimized;

/// <summary>
/// A network as ONNX Runtime writes it after the changes that hold on every processor: constants folded, weights of 16 bits widened, normalisations
/// joined with the convolutions before them. Exports of the same network that look different are alike then.
/// </summary>
internal static class SimplifiedNetwork
{
    /// <summary>Writes it.</summary>
    /// <param name="source">The network.</param>
    /// <param name="target">Receives it, in one file.</param>
    /// <exception cref="InferenceException">The runtime cannot load it, or cannot write it so.</exception>
    public static void Write(string source, string target)
    {
        using SessionOptions session = new()
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_BASIC,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            OptimizedModelFilePath = target,
        };
        try
        {
            using InferenceSession written = new(source, session);
        }
        catch (OnnxRuntimeException error)
        {
            throw new InferenceException(
                DeviceFault.Classify(error), source, CpuBackend.DeviceName, $"{source} cannot be simplified: {RuntimeMessage.Shorten(error.Message)}", error);
        }
    }
}
