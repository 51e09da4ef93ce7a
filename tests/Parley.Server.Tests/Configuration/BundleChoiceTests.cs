using Parley.Models;
using Parley.Server.Configuration;

namespace Parley.Server.Tests.Configuration;

/// <summary>Which models run: FunASR's own keys, <c>funasr.bundle</c>, and what lies in <c>funasr.model_dir</c>.</summary>
public sealed class BundleChoiceTests : IDisposable
{
    private const string Seeds = """ "model":"paraformer-zh","model_revision":"v2.0.4","vad_model":"fsmn-vad","punc_model":"ct-punc-c","spk_model":"cam++" """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Models_of_the_seeds_file_are_the_bundle_of_the_catalog_when_it_is_installed()
    {
        Install("models/paraformer-zh");

        EffectiveConfiguration read = Read($$"""{"model_dir":"models",{{Seeds}}}""");

        read.Options.Funasr.Bundle.ShouldBe("paraformer-zh");
        read.SourceOf("funasr.bundle").ShouldBe(read.SourceOf("funasr.model"));
        read.Warnings.ShouldNotContain(warning => warning.Contains("paraformer"));
        read.Notes.ShouldContain(note => note.Contains("funasr.model_revision v2.0.4: here paraformer-zh is v2.0.5"));
    }

    [Fact]
    public void Unmodified_seeds_file_runs_on_the_demo_bundle_and_says_how_to_get_its_own()
    {
        EffectiveConfiguration read = Read($$"""{{{Seeds}}}""");

        read.Options.Funasr.Bundle.ShouldBe("demo");
        string warning = read.Warnings.Where(warning => warning.Contains("paraformer-zh")).ShouldHaveSingleItem();
        warning.ShouldContain("the bundle demo runs in its place");
        warning.ShouldContain("parley models pull paraformer-zh");
        warning.ShouldContain("model.onnx, am.mvn, config.yaml");
        Read($$"""{"auto_download":true,{{Seeds}}}""").Options.Funasr.Bundle.ShouldBe("paraformer-zh");
    }

    [Theory]
    [InlineData("paraformer-en", "paraformer-en")]
    [InlineData("iic/SenseVoiceSmall", "sensevoice")]
    [InlineData("iic/speech_seaco_paraformer_large_asr_nat-zh-cn-16k-common-vocab8404-pytorch", "paraformer-zh-hotword")]
    public void Models_that_somebody_has_chosen_are_never_replaced(string model, string bundle)
    {
        ModelOptions options = Read($$"""{"model":"{{model}}","vad_model":"fsmn-vad","punc_model":"ct-punc"}""").Options.Funasr;

        options.Bundle.ShouldBe(bundle);
        Should.Throw<ModelFileException>(() => ModelBundle.Load(options.Bundle, options.BundleOptions)).Message.ShouldContain($"parley models pull {bundle}");
    }

    [Fact]
    public void Bundle_wins_over_single_models_and_a_folder_that_is_a_bundle_does()
    {
        Install("models");

        EffectiveConfiguration named = Read($$"""{"bundle":"mine",{{Seeds}}}"""), folder = Read($$"""{"model_dir":"models",{{Seeds}}}""");

        named.Options.Funasr.Bundle.ShouldBe("mine");
        named.Notes.ShouldContain(note => note.StartsWith("Without effect here: funasr.model, funasr.vad_model, funasr.punc_model, funasr.spk_model (funasr.bundle"));
        folder.Options.Funasr.Bundle.ShouldBe(_folder["models"]);
        folder.Notes.ShouldContain(note => note.Contains("(funasr.model_dir is a bundle"));
    }

    [Fact]
    public void Directory_takes_the_place_of_one_stage()
    {
        string mine = Path.Combine(TestPaths.Root, "models", "demo", "vad");
        Install("models/paraformer-zh");

        EffectiveConfiguration read = Read($$"""{"model_dir":"models","model":"paraformer-zh","vad_model":"{{mine}}"}""");

        read.Options.Funasr.Bundle.ShouldBe("paraformer-zh");
        read.Options.Funasr.StageDirectories.ShouldBe(new Dictionary<ModelStage, string> { [ModelStage.Vad] = mine });
    }

    [Fact]
    public void Three_directories_are_a_bundle_and_repositories_lie_in_the_folder_of_models()
    {
        CopyStage("vad", "models/iic/speech_fsmn_vad_zh-cn-16k-common-onnx");
        CopyStage("punc", "punc");
        CopyStage("asr", "asr");

        ModelOptions options = Read("""{"model_dir":"models","model":"./asr","vad_model":"fsmn-vad","punc_model":"./punc"}""").Options.Funasr;
        ModelBundle bundle = ModelBundle.Load(options.Bundle, options.BundleOptions);

        bundle.Vad.Directory.ShouldBe(_folder["models/iic/speech_fsmn_vad_zh-cn-16k-common-onnx"]);
        (bundle.Name, bundle.Punctuation!.Directory, bundle.Speakers).ShouldBe(("asr", _folder["punc"], null));
    }

    [Theory]
    [InlineData("""{"model":"paraformer-xy"}""", "funasr.model must be a model of the catalog (paraformer-zh, ")]
    [InlineData("""{"vad_model":"cam++"}""", "funasr.vad_model names cam++, which is a model for the stage speakers.")]
    [InlineData("""{"model":""}""", "funasr.model must be the name of a model")]
    public void Names_that_mean_nothing_are_errors(string models, string expected)
        => Read(models).Errors.ShouldHaveSingleItem().ShouldContain(expected);

    [Fact]
    public void Bundles_are_names_and_directories()
    {
        Read("""{"bundles":["office","./mine"]}""").Options.Funasr.Bundles.ShouldBe(["office", _folder["mine"]]);
        Read("""{"bundles":[]}""").Options.Funasr.Bundles.ShouldBeEmpty();
        Read("""{"bundles":["*"],"model_idle_seconds":300}""").Options.Funasr.WantedBundles.ShouldBe(["demo"]);
    }

    private void Install(string directory) => _folder.Write($"{directory}/bundle.json", """{"stages":{}}""");

    private void CopyStage(string stage, string directory)
    {
        Directory.CreateDirectory(_folder[directory]);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(TestPaths.Root, "models", "demo", stage)))
            File.Copy(file, Path.Combine(_folder[directory], Path.GetFileName(file)));
    }

    private EffectiveConfiguration Read(string funasr)
    {
        _folder.Write("config.json", $$"""{"funasr":{{funasr}}}""");
        return ConfigurationReader.Read(new ConfigurationRequest { WorkingDirectory = _folder.Root });
    }
}
