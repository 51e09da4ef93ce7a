using Parley.Inference;

namespace Parley.Tests.Models;

/// <summary>One model directory of the demo bundle.</summary>
internal static class DemoModel
{
    /// <summary>Its path; skips the running test when the models are not there.</summary>
    public static string Directory(string stage)
    {
        string directory = Path.Combine(TestPaths.DemoBundle, stage);
        Assert.SkipUnless(File.Exists(Path.Combine(directory, "model.onnx")), $"No demo model in {directory}; models/demo/training makes it.");
        return directory;
    }

    /// <summary>The loaded network of a directory.</summary>
    public static ModelSession Load(string directory) => ModelSession.Load(Path.Combine(directory, "model.onnx"), new InferenceOptions { Threads = 1 });
}
