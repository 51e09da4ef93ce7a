using Microsoft.ML.OnnxRuntime;
using Parley.Inference;
using Parley.Models;

namespace Parley.Tests.Inference;

public sealed class ModelSessionTests
{
    [Fact]
    public void Runtime_is_loaded_and_has_the_cpu_provider()
    {
        string version = OrtEnv.Instance().GetVersionString();
        string[] providers = OrtEnv.Instance().GetAvailableProviders();
        TestContext.Current.SendDiagnosticMessage($"ONNX Runtime {version}: {string.Join(", ", providers)}");

        Version.Parse(version).ShouldBeGreaterThanOrEqualTo(new Version(1, 29));
        providers.ShouldContain("CPUExecutionProvider");
    }

    [Fact]
    public void Missing_file_is_named()
    {
        ModelFileException error = Should.Throw<ModelFileException>(() => ModelSession.Load("/nowhere/model.onnx", new InferenceOptions()));
        error.Message.ShouldContain("/nowhere/model.onnx");
    }
}
