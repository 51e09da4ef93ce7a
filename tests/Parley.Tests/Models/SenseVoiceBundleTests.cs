using Parley.Models;
using Parley.Models.Catalog;
using Parley.Models.Downloads;
using Parley.Models.Packaging;
using Parley.Tests.Cli;
using Parley.Tests.Models.Downloads;

namespace Parley.Tests.Models;

/// <summary>Bundles whose recogniser sets the marks: what is in them, how they are fetched and imported, and what does not go together.</summary>
public sealed class SenseVoiceBundleTests : IDisposable
{
    private readonly BundleFolder _folder = new();
    private readonly TempFolder _installed = new();

    public SenseVoiceBundleTests()
    {
        _folder.WriteSenseVoice("asr");
        Directory.Delete(_folder["punc"], recursive: true);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _installed.Dispose();
    }

    [Fact]
    public void A_folder_without_punctuation_is_a_bundle_when_the_recogniser_punctuates()
    {
        ModelBundle bundle = ModelBundle.Load(_folder.Root);
        (bundle.Asr.Kind, bundle.Asr.TakesLanguage, bundle.Punctuation).ShouldBe((RecognizerKind.SenseVoice, true, null));
        bundle.Stages.Select(stage => stage.Stage).ShouldBe([ModelStage.Vad, ModelStage.Asr, ModelStage.Speakers]);

        _folder.WritePunctuation("punc");
        ModelBundle.Load(_folder.Root).Stages.Count.ShouldBe(4);
        Directory.Delete(_folder["punc"], recursive: true);

        _folder.WriteAsr("asr");
        Should.Throw<ModelFileException>(() => ModelBundle.Load(_folder.Root)).Message.ShouldContain("punctuation");
    }

    [Fact]
    public void Where_the_configuration_names_no_network_its_inputs_tell_the_kind()
    {
        _folder.Write("asr/config.yaml", "frontend_conf: {fs: 16000, lfr_m: 7, lfr_n: 6}\n");
        _folder.WriteManifest(new { stages = new { vad = "vad", asr = "asr" } });
        File.Copy(Tiny("sensevoice"), _folder["asr/model.onnx"], overwrite: true);
        ModelBundle.Load(_folder.Root).Asr.Kind.ShouldBe(RecognizerKind.SenseVoice);

        _folder.WriteManifest(new { stages = new { vad = "vad", asr = "asr", punctuation = "punc" } });
        _folder.WritePunctuation("punc");
        File.Copy(Tiny("asr"), _folder["asr/model.onnx"], overwrite: true);
        ModelBundle.Load(_folder.Root).Asr.Kind.ShouldBe(RecognizerKind.Paraformer);
    }

    [Fact]
    public void Files_of_different_models_are_refused_with_what_to_do()
    {
        string demo = Path.Combine(TestPaths.DemoBundle, "vad");
        foreach (string file in Directory.EnumerateFiles(demo))
            File.Copy(file, _folder[$"vad/{Path.GetFileName(file)}"], overwrite: true);
        File.Copy(Tiny("asr"), _folder["asr/model.onnx"], overwrite: true);
        Load().Message.ShouldContain("is no SenseVoice network, which the config.yaml beside it promises");

        _folder.WriteAsr("asr");
        Directory.Delete(_folder["spk"], recursive: true);
        CopyDirectory(Path.Combine(TestPaths.DemoBundle, "punc"), "punc");
        File.Copy(Tiny("sensevoice"), _folder["asr/model.onnx"], overwrite: true);
        Load().Message.ShouldContain("Put files of one model together");

        ModelFileException Load() => Should.Throw<ModelFileException>(() => TranscriptionPipeline.Load(ModelBundle.Load(_folder.Root), new PipelineOptions { Diarize = false }).Dispose());
    }

    [Fact]
    public async Task The_official_layout_is_fetched_by_its_name_in_the_catalog()
    {
        await using HubFixture fixture = new();
        foreach ((string directory, string repository) in new[] { ("vad", "iic/speech_fsmn_vad_zh-cn-16k-common-onnx"), ("asr", "iic/SenseVoiceSmall-onnx") })
        {
            foreach (string path in Directory.EnumerateFiles(_folder[directory]))
                fixture.Hub.Put(repository, Path.GetFileName(path), File.ReadAllBytes(path));
        }

        fixture.Hub.Put("iic/SenseVoiceSmall-onnx", "chn_jpn_yue_eng_ko_spectok.bpe.model", [1, 2, 3]);
        fixture.Hub.Put("csukuangfj/speaker-embedding-models", "3dspeaker_speech_campplus_sv_zh-cn_16k-common.onnx", BundleFolder.SmallestOnnx);

        string directoryOfBundle = await new ModelDownloader(fixture.Options(ModelHub.ModelScope))
            .FetchAsync(ModelCatalog.Default.FindBundle("sensevoice")!, fixture.Folder, null, TestContext.Current.CancellationToken);

        ModelBundle bundle = ModelBundle.Load(directoryOfBundle);
        (bundle.Name, bundle.Asr.Kind, bundle.Punctuation).ShouldBe(("sensevoice", RecognizerKind.SenseVoice, null));
        bundle.Stages.SelectMany(stage => stage.Files).ShouldAllBe(file => bundle.RecordedSha256(file) != null);
    }

    [Fact]
    public async Task A_folder_of_official_files_is_imported()
    {
        string directory = await new BundleImport(_installed["models"])
            .RunAsync(_folder.Root, "voice", replace: false, _ => Task.CompletedTask, static () => { }, TestContext.Current.CancellationToken);
        ModelBundle bundle = ModelBundle.Load(directory);
        (bundle.Name, bundle.Asr.Kind, bundle.Stages.Count).ShouldBe(("voice", RecognizerKind.SenseVoice, 3));
    }

    private static string Tiny(string model) => Path.Combine(TestPaths.RepositoryRoot, "tests", "data", "tiny-models", model + ".onnx");

    private void CopyDirectory(string from, string to)
    {
        Directory.CreateDirectory(_folder[to]);
        foreach (string file in Directory.EnumerateFiles(from))
            File.Copy(file, _folder[$"{to}/{Path.GetFileName(file)}"], overwrite: true);
    }
}
