using Microsoft.ML.OnnxRuntime;
using Parley.Inference.Devices;
using Parley.Inference.Kernels;

namespace Parley.Inference.Optimized;

/// <summary>Networks as ONNX Runtime writes them once it has loaded and changed them.</summary>
internal static class WrittenNetwork
{
    /// <summary>
    /// Writes a network after the changes that hold on every processor, in one file: constants folded, weights of 16 bits widened, normalisations joined with
    /// the convolutions before them. Exports of the same network that look different are alike then.
    /// </summary>
    /// <param name="source">The network.</param>
    /// <param name="target">Receives it.</param>
    /// <exception cref="InferenceException">The runtime cannot load it, or cannot write it so.</exception>
    public static void WriteSimplified(string source, string target) => Write(source, target, GraphOptimizationLevel.ORT_ENABLE_BASIC, [], "cannot be simplified");

    /// <summary>Writes a network as this processor runs it.</summary>
    /// <param name="source">The network.</param>
    /// <param name="target">Receives it.</param>
    /// <param name="entries">How its weights are written, as configuration entries of a session.</param>
    /// <exception cref="InferenceException">The runtime cannot load it, or cannot write it so.</exception>
    public static void WriteAsLoaded(string source, string target, IEnumerable<(string Key, string Value)> entries)
        => Write(source, target, GraphOptimizationLevel.ORT_ENABLE_ALL, entries, "cannot be written as it is mapped into memory");

    private static void Write(string source, string target, GraphOptimizationLevel level, IEnumerable<(string Key, string Value)> entries, string complaint)
    {
        using SessionOptions session = new()
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = level,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            OptimizedModelFilePath = target,
        };
        OwnOperators.Register(session);
        foreach ((string key, string value) in entries)
            session.AddSessionConfigEntry(key, value);
        try
        {
            using InferenceSession written = new(source, session);
        }
        catch (OnnxRuntimeException error)
        {
            throw new InferenceException(DeviceFault.Classify(error), source, CpuBackend.DeviceName, $"{source} {complaint}: {RuntimeMessage.Shorten(error.Message)}", error);
        }
    }
}
