using Parley.Inference.Devices;

namespace Parley.Inference;

/// <summary>Which of a model's weight files a device runs.</summary>
internal static class WeightFile
{
    private const string Quantized = "model_quant.onnx", Full = "model.onnx";

    /// <summary>
    /// The file asked for, but the full weights beside it where 8-bit ones were asked for and the device does not run those well:
    /// their operators would go back to the CPU one by one.
    /// </summary>
    public static string For(string modelPath, DeviceLimits limits)
    {
        if (limits.QuantizedWeights || !string.Equals(Path.GetFileName(modelPath), Quantized, StringComparison.Ordinal))
            return modelPath;
        string full = Path.Combine(Path.GetDirectoryName(modelPath) ?? "", Full);
        return File.Exists(full) ? full : modelPath;
    }
}
