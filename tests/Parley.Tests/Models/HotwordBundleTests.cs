using System.Text.Json;
using Parley.Models;
using Parley.Tests.Asr;

namespace Parley.Tests.Models;

/// <summary>A bundle whose recogniser takes hotwords: the demo bundle with a tiny network in that place.</summary>
public sealed class HotwordBundleTests : IDisposable
{
    private readonly string _bundle = Directory.CreateTempSubdirectory("parley-hotwords-").FullName;

    public HotwordBundleTests()
    {
        Assert.SkipUnless(ModelBundleLocator.IsBundle(TestPaths.DemoBundle), $"No model bundle at {TestPaths.DemoBundle}.");
        ModelBundle demo = ModelBundle.Load(TestPaths.DemoBundle);
        foreach (string file in (string[])[.. demo.Vad.Files.Select(file => file.Path), .. demo.Punctuation!.Files.Select(file => file.Path), demo.Asr.CmvnPath, Path.Combine(demo.Asr.Directory, "config.yaml")])
            Copy(file, Path.GetRelativePath(demo.Directory, file));

        string asr = Path.GetRelativePath(demo.Directory, demo.Asr.Directory);
        Copy(Tiny("asr-hotwords"), Path.Combine(asr, "model.onnx"));
        Copy(Tiny("asr-hotwords-eb"), Path.Combine(asr, "model_eb.onnx"));
        File.WriteAllText(Path.Combine(_bundle, asr, "tokens.json"), JsonSerializer.Serialize(TinyAsr.Tokens));
    }

    [Fact]
    public void Pipeline_takes_the_second_network_from_beside_the_first()
    {
        using TranscriptionPipeline pipeline = TranscriptionPipeline.Load(ModelBundle.Load(_bundle), new PipelineOptions { Diarize = false });
        pipeline.Bundle.Asr.Directory.ShouldStartWith(_bundle);
    }

    [Fact]
    public void Missing_second_network_is_named()
    {
        File.Delete(Directory.EnumerateFiles(_bundle, "model_eb.onnx", SearchOption.AllDirectories).Single());
        Should.Throw<ModelFileException>(() => TranscriptionPipeline.Load(ModelBundle.Load(_bundle), new PipelineOptions { Diarize = false }))
            .Message.ShouldContain("model_eb.onnx");
    }

    public void Dispose() => Directory.Delete(_bundle, recursive: true);

    private static string Tiny(string model) => Path.Combine(TestPaths.RepositoryRoot, "tests", "data", "tiny-models", model + ".onnx");

    private void Copy(string from, string to)
    {
        string target = Path.Combine(_bundle, to);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(from, target);
    }
}
