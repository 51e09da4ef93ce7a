using System.Text.Json;
using Parley.Asr;
using Parley.Audio;
using Parley.Models;
using Parley.Tests.Asr;
using Parley.Transcripts;

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
        Copy(Tiny("asr-seaco"), Path.Combine(asr, "model.onnx"));
        Copy(Tiny("asr-seaco-eb"), Path.Combine(asr, "model_eb.onnx"));
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

    [Fact]
    public async Task Transcript_and_saved_analysis_tell_what_became_of_each_hotword()
    {
        using TranscriptionPipeline pipeline = TranscriptionPipeline.Load(ModelBundle.Load(_bundle), new PipelineOptions { Diarize = false });
        using AudioSource audio = AudioFile.Open(Path.Combine(TestPaths.RepositoryRoot, "samples", "hello.wav"), new AudioOptions(), TestContext.Current.CancellationToken);
        RecordingAnalysis analysis = await pipeline.AnalyzeAsync(audio, embedVoices: false, new RecognitionWish { Hotwords = ["你好", "鑫"] }, cancellationToken: TestContext.Current.CancellationToken);
        using MemoryStream saved = new();
        analysis.Save(saved);
        saved.Position = 0;

        Transcript transcript = pipeline.Complete(RecordingAnalysis.Load(saved), new TranscriptionRequest { Diarize = false }, TestContext.Current.CancellationToken);

        transcript.Receipt.Hotwords.ShouldBe([new HotwordOutcome("你好", null), new HotwordOutcome("鑫", "The model has no token for '鑫'.")]);
        transcript.Receipt.Notices.ShouldContain("The hotword '鑫' was not used: The model has no token for '鑫'.");
        using JsonDocument json = JsonDocument.Parse(TranscriptWriter.ToText(transcript, TranscriptFormat.Json, TranscriptDocument.ForFile("hello.wav", TimeProvider.System)));
        json.RootElement.GetProperty("metadata").GetProperty("hotwords").GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)
            .ShouldContain("\"word\":\"鑫\",\"reason\":\"Themodelhasnotokenfor'鑫'.\",\"applied\":false");
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4bbd\nsize 1725472\n", "git-lfs pointer")]
    [InlineData("<!DOCTYPE html><html><body>Not found</body></html>", "a web page")]
    public void Second_network_that_is_none_is_named_before_use(string contents, string expected)
    {
        string path = Directory.EnumerateFiles(_bundle, "model_eb.onnx", SearchOption.AllDirectories).Single();
        File.WriteAllText(path, contents);
        ModelFileException error = Should.Throw<ModelFileException>(() => ModelBundle.Load(_bundle));
        (error.Path, error.Message.Contains(expected, StringComparison.Ordinal)).ShouldBe((path, true));
    }

    [Fact]
    public async Task Bundle_with_the_older_file_names_runs()
    {
        ModelBundle before = ModelBundle.Load(_bundle);
        foreach ((string directory, string from, string to) in (IEnumerable<(string, string, string)>)
        [
            (before.Vad.Directory, "config.yaml", "vad.yaml"), (before.Vad.Directory, "am.mvn", "vad.mvn"),
            (before.Asr.Directory, "config.yaml", "asr.yaml"), (before.Punctuation!.Directory, "config.yaml", "punc.yaml"),
        ])
        {
            File.Move(Path.Combine(directory, from), Path.Combine(directory, to));
        }

        foreach ((StageModelFiles stage, IReadOnlyList<string> tokens) in (IEnumerable<(StageModelFiles, IReadOnlyList<string>)>)[(before.Asr, before.Asr.Tokens), (before.Punctuation!, before.Punctuation!.Tokens)])
        {
            File.Delete(Path.Combine(stage.Directory, "tokens.json"));
            await File.WriteAllLinesAsync(Path.Combine(stage.Directory, "tokens.txt"), tokens.Select((token, number) => $"{token} {number}"), TestContext.Current.CancellationToken);
        }

        using TranscriptionPipeline pipeline = TranscriptionPipeline.Load(ModelBundle.Load(_bundle), new PipelineOptions { Diarize = false });
        using AudioSource audio = AudioFile.Open(Path.Combine(TestPaths.RepositoryRoot, "samples", "hello.wav"), new AudioOptions(), TestContext.Current.CancellationToken);
        (await pipeline.TranscribeAsync(audio, new TranscriptionRequest { Diarize = false }, cancellationToken: TestContext.Current.CancellationToken)).Receipt.Stages.Count.ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task Bundle_without_hotwords_is_refused_with_those_that_take_them()
    {
        File.Delete(Directory.EnumerateFiles(_bundle, "model_eb.onnx", SearchOption.AllDirectories).Single());
        string asr = Path.GetDirectoryName(Directory.EnumerateFiles(_bundle, "tokens.json", SearchOption.AllDirectories).First(path => File.ReadAllText(path).Contains("hel@@", StringComparison.Ordinal)))!;
        File.Copy(Tiny("asr"), Path.Combine(asr, "model.onnx"), overwrite: true);
        using TranscriptionPipeline pipeline = TranscriptionPipeline.Load(ModelBundle.Load(_bundle), new PipelineOptions { Diarize = false });
        using AudioSource audio = AudioFile.Open(Path.Combine(TestPaths.RepositoryRoot, "samples", "hello.wav"), new AudioOptions(), TestContext.Current.CancellationToken);
        RecognitionWishException error = await Should.ThrowAsync<RecognitionWishException>(
            () => pipeline.TranscribeAsync(audio, new TranscriptionRequest { Diarize = false, Recognition = new RecognitionWish { Hotwords = ["你好"] } }, cancellationToken: TestContext.Current.CancellationToken));
        error.Message.ShouldContain("takes no hotwords");
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
