using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference;

/// <summary>Which ONNX Runtime this process has loaded.</summary>
public static class OnnxRuntimeInfo
{
    /// <summary>Version of the native library, such as <c>1.30.0</c>.</summary>
    public static string Version => OrtEnv.Instance().GetVersionString();
}
