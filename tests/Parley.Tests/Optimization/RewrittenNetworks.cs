using Parley.Inference;
using Parley.Models.Onnx;
using Parley.Tests.Inference;

namespace Parley.Tests.Optimization;

/// <summary>Networks in a folder of their own, rewritten and run.</summary>
public abstract class RewrittenNetworks : IDisposable
{
    private readonly TempFolder _folder = new();

    private protected string Original => Path.Combine(_folder.Path, "original.onnx");

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static float[] Run(string path, float[] input, params long[] shape) => RunOn(1, path, input, shape);

    private protected static float[] RunOn(int threads, string path, float[] input, params long[] shape)
    {
        using ModelSession session = ModelSession.Load(path, new InferenceOptions { Threads = threads, UseOptimized = false });
        using ModelOutputs outputs = session.Run([ModelInput.Of("x", input, shape)], CancellationToken.None);
        return outputs.Floats("y").ToArray();
    }

    private protected OnnxModel Read(GraphFile graph) => OnnxModel.Read(graph.Save(Original));

    private protected string Rewrite(GraphFile graph, Func<OnnxModel, OnnxEdit, int> apply, int expected)
    {
        OnnxModel model = Read(graph);
        OnnxEdit edit = new(model);
        apply(model, edit).ShouldBe(expected);
        string path = Path.Combine(_folder.Path, "rewritten.onnx");
        using FileStream target = File.Create(path);
        edit.Write(target, CancellationToken.None);
        return path;
    }
}
