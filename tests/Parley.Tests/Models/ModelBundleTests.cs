using Parley.Models;

namespace Parley.Tests.Models;

public sealed class ModelBundleTests : IDisposable
{
    private readonly BundleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folder_that_went_away_while_bundles_are_looked_for_holds_none()
        => StageDirectories.Candidates(_folder["gone"]).ShouldBeEmpty();

    [Fact]
    public void Load_reads_a_manifest_and_its_four_stages()
    {
        _folder.WriteStandardManifest();

        ModelBundle bundle = ModelBundle.Load(_folder.Root);

        bundle.Name.ShouldBe("test");
        bundle.Description.ShouldBe("For tests.");
        bundle.Licence.ShouldBe("CC0-1.0");
        bundle.OutOfDomainConfidence.ShouldBe(0.55);
        bundle.Stages.Select(stage => (stage.Stage, stage.Name)).ShouldBe(
            [(ModelStage.Vad, "vad"), (ModelStage.Asr, "asr"), (ModelStage.Punctuation, "punc"), (ModelStage.Speakers, "spk")]);
        bundle.Vad.ModelPath.ShouldBe(_folder["vad/model.onnx"]);
        bundle.Vad.CmvnPath.ShouldBe(_folder["vad/am.mvn"]);
        bundle.Vad.Config.ShouldSatisfyAllConditions(
            config => config.MaxEndSilenceMs.ShouldBe(800),
            config => config.SpeechNoiseThreshold.ShouldBe(0.6),
            config => config.Extend.ShouldBe(true),
            config => config.SilenceColumns.ShouldBe([0]),
            config => config.SnrThreshold.ShouldBe(-100),
            config => config.MaxSegmentMs.ShouldBeNull(),
            config => config.FrontEnd.LfrM.ShouldBe(5));
        bundle.Asr.Tokens.ShouldBe(["<blank>", "<s>", "</s>", "你", "好@@", "<unk>"]);
        bundle.Asr.Config.Model.ShouldBe("BiCifParaformer");
        bundle.Asr.Config.PredictorBias.ShouldBe(1);
        bundle.Asr.Config.UpsampleTimes.ShouldBe(3);
        bundle.Punctuation!.Config.Marks.ShouldBe(["<unk>", "_", "，", "。", "？", "、"]);
        bundle.Punctuation!.Config.SentenceEndId.ShouldBe(3);
        bundle.Speakers!.Config.EmbeddingSize.ShouldBe(192);
        bundle.Stages.SelectMany(stage => stage.Files).Count().ShouldBe(3 + 4 + 3 + 2);
    }

    [Fact]
    public void Load_recognises_official_directories_without_a_manifest()
    {
        Directory.CreateDirectory(_folder["iic"]);
        Directory.Move(_folder["asr"], _folder["iic/speech_paraformer-large-onnx"]);
        _folder.Write("other/config.yaml", "model: SomethingElse\n");
        _folder.Write("broken/config.yaml", "model: [unclosed\n");

        ModelBundle bundle = ModelBundle.Load(_folder.Root);

        bundle.Asr.Name.ShouldBe("speech_paraformer-large-onnx");
        bundle.Name.ShouldBe(Path.GetFileName(_folder.Root));
        bundle.Speakers.ShouldNotBeNull();
    }

    [Fact]
    public void Load_reads_older_file_names()
    {
        File.Move(_folder["vad/config.yaml"], _folder["vad/vad.yaml"]);
        File.WriteAllText(_folder["vad/vad.yaml"], File.ReadAllText(_folder["vad/vad.yaml"]).Replace("model_conf", "vad_post_conf"));
        File.Move(_folder["vad/am.mvn"], _folder["vad/vad.mvn"]);
        File.Move(_folder["asr/config.yaml"], _folder["asr/asr.yaml"]);
        File.Delete(_folder["asr/tokens.json"]);
        _folder.Write("asr/tokens.txt", "<blank> 0\n<s> 1\n</s> 2\n你 3\n<unk> 4\n");
        File.Delete(_folder["punc/config.yaml"]);
        File.Delete(_folder["punc/tokens.json"]);
        _folder.Write("punc/punc.yaml", "token_list: &tokens\n- <blank>\n- '~'\n- <unk>\npunc_list: [<unk>, _, '，', '。', '？', '、']\nagain: *tokens\n");

        ModelBundle bundle = ModelBundle.Load(_folder.Root);

        bundle.Vad.Config.MaxEndSilenceMs.ShouldBe(800);
        bundle.Vad.CmvnPath.ShouldEndWith("vad.mvn");
        bundle.Asr.Tokens.ShouldBe(["<blank>", "<s>", "</s>", "你", "<unk>"]);
        bundle.Punctuation!.Tokens.ShouldBe(["<blank>", "~", "<unk>"]);
        bundle.Punctuation!.TokensPath.ShouldEndWith("punc.yaml");
        bundle.Punctuation!.Config.Marks.Count.ShouldBe(6);
    }

    [Theory]
    [InlineData(true, false, false, "model.onnx", false)]
    [InlineData(true, true, false, "model.onnx", false)]
    [InlineData(true, true, true, "model_quant.onnx", true)]
    [InlineData(false, true, false, "model_quant.onnx", true)]
    [InlineData(true, false, true, "model.onnx", false)]
    public void Load_takes_the_weights_that_are_asked_for_or_there(bool full, bool quantized, bool preferQuantized, string expected, bool isQuantized)
    {
        if (!full)
            File.Delete(_folder["asr/model.onnx"]);
        if (quantized)
            _folder.WriteNetwork("asr/model_quant.onnx");

        AsrModelFiles asr = ModelBundle.Load(_folder.Root, new ModelBundleOptions { PreferQuantized = preferQuantized }).Asr;

        Path.GetFileName(asr.ModelPath).ShouldBe(expected);
        asr.IsQuantized.ShouldBe(isQuantized);
    }

    [Fact]
    public void Load_takes_a_lone_network_of_any_name_for_speakers()
    {
        Directory.Delete(_folder["spk"], recursive: true);
        Directory.CreateDirectory(_folder["voices"]);
        _folder.WriteNetwork("voices/3dspeaker_speech_campplus_sv_zh-cn_16k-common.onnx");

        SpeakerModelFiles speakers = ModelBundle.Load(_folder.Root).Speakers.ShouldNotBeNull();

        speakers.Directory.ShouldBe(_folder["voices"]);
        speakers.Config.EmbeddingSize.ShouldBeNull();
    }

    [Fact]
    public void Load_without_a_speaker_model_leaves_it_out()
    {
        Directory.Delete(_folder["spk"], recursive: true);
        ModelBundle.Load(_folder.Root).Speakers.ShouldBeNull();
    }

    [Fact]
    public void Load_reports_all_missing_files_at_once()
    {
        _folder.WriteStandardManifest();
        File.Delete(_folder["vad/am.mvn"]);
        File.Delete(_folder["asr/model.onnx"]);
        _folder.Write("asr/model.pt", "weights");
        File.Delete(_folder["asr/tokens.json"]);
        Directory.Delete(_folder["spk"], recursive: true);

        string message = Should.Throw<ModelFileException>(() => ModelBundle.Load(_folder.Root)).Message;

        message.ShouldContain(_folder["vad/am.mvn"]);
        message.ShouldContain(_folder["asr/model.onnx"] + " (there are PyTorch weights");
        message.ShouldContain(_folder["asr/tokens.json"]);
        message.ShouldContain(_folder["spk"]);
        message.ShouldNotContain("punc");
    }

    [Theory]
    [InlineData("""{"stages":{"vad":"vad","asr":"asr"}}""", "punctuation")]
    [InlineData("""{"stages":{"vad":"vad","asr":"asr","punctuation":"punc","ears":"x"}}""", "unknown stage 'ears'")]
    [InlineData("""{"stages":{"vad":"../vad","asr":"asr","punctuation":"punc"}}""", "out of the bundle")]
    [InlineData("""{"stages":{"vad":"","asr":"asr","punctuation":"punc"}}""", "names no directory")]
    [InlineData("""{"stages":{"vad":"vad","asr":"asr","punctuation":"punc"},"out_of_domain_confidence":7}""", "0 .. 1")]
    [InlineData("""{"stages":""", "no valid manifest")]
    [InlineData("null", "expected a JSON object")]
    public void Load_refuses_a_manifest_that_cannot_be_right(string manifest, string expected)
    {
        _folder.Write("bundle.json", manifest);
        ModelFileException error = Should.Throw<ModelFileException>(() => ModelBundle.Load(_folder.Root));
        error.Message.ShouldContain(expected);
        error.Message.ShouldContain("bundle.json");
    }

    [Fact]
    public void Load_takes_absolute_directories()
    {
        using BundleFolder other = new();
        _folder.WriteManifest(new { stages = new { vad = other["vad"], asr = "asr", punctuation = "punc" }, comment = "unknown keys are left alone" });

        ModelBundle bundle = ModelBundle.Load(_folder.Root);

        bundle.Vad.Directory.ShouldBe(other["vad"]);
        bundle.Speakers.ShouldBeNull();
    }

    [Fact]
    public void Load_puts_other_directories_in_the_places_of_stages()
    {
        _folder.WriteStandardManifest();
        _folder.WriteVad("elsewhere");

        ModelBundle bundle = Load(_folder["elsewhere"]);

        (bundle.Name, bundle.Vad.Directory, bundle.Asr.Directory).ShouldBe(("test+elsewhere", _folder["elsewhere"], _folder["asr"]));
        Should.Throw<ModelFileException>(() => Load(_folder["asr"])).Message.ShouldContain("holds a model for the stage asr, not for vad");
        Load(_folder["vad"]).Name.ShouldBe("test");

        ModelBundle Load(string vad) => ModelBundle.Load(_folder.Root, new ModelBundleOptions { StageDirectories = new Dictionary<ModelStage, string> { [ModelStage.Vad] = vad } });
    }

    [Fact]
    public void Load_refuses_two_models_for_one_stage_and_names_both()
    {
        _folder.WriteAsr("asr-large");
        string message = Should.Throw<ModelFileException>(() => ModelBundle.Load(_folder.Root)).Message;
        message.ShouldContain(_folder["asr"]);
        message.ShouldContain(_folder["asr-large"]);
        message.ShouldContain("bundle.json");
    }

    [Fact]
    public void Load_prefers_the_onnx_export_to_its_pytorch_twin()
    {
        _folder.WriteAsr("asr-pytorch");
        File.Delete(_folder["asr-pytorch/model.onnx"]);
        _folder.Write("asr-pytorch/model.pt", "weights");
        ModelBundle.Load(_folder.Root).Asr.Name.ShouldBe("asr");
    }

    [Fact]
    public void Load_refuses_a_folder_without_models()
    {
        Directory.CreateDirectory(_folder["empty"]);
        Should.Throw<ModelFileException>(() => ModelBundle.Load(_folder["empty"])).Message.ShouldContain("is no model bundle");
    }

    [Fact]
    public void RecordedSha256_is_that_of_the_manifest()
    {
        string sha = ModelFileOf("vad/model.onnx").ComputeSha256(TestContext.Current.CancellationToken);
        _folder.WriteManifest(new
        {
            stages = new { vad = "vad", asr = "asr", punctuation = "punc" },
            sha256 = new Dictionary<string, string> { ["vad/model.onnx"] = sha.ToUpperInvariant() },
        });

        ModelBundle bundle = ModelBundle.Load(_folder.Root);

        sha.ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BundleFolder.SmallestOnnx)));
        bundle.RecordedSha256(bundle.Vad.Files[0]).ShouldBe(sha);
        bundle.RecordedSha256(bundle.Asr.Files[0]).ShouldBeNull();
    }

    [Fact]
    public void Locate_finds_names_in_the_folders_that_it_is_given_first()
    {
        string parent = Path.GetDirectoryName(_folder.Root)!;
        ModelBundleLocator.Locate(Path.GetFileName(_folder.Root), [parent]).ShouldBe(_folder.Root);
        ModelBundleLocator.IsBundle(_folder.Root).ShouldBeTrue();
        ModelBundleLocator.IsBundle(parent + "/no such").ShouldBeFalse();
    }

    [Fact]
    public void Locate_says_where_it_looked()
    {
        string message = Should.Throw<ModelFileException>(() => ModelBundleLocator.Locate("no-such-bundle", [_folder.Root])).Message;
        message.ShouldContain("'no-such-bundle'");
        message.ShouldContain(_folder.Root);
        foreach (string folder in ModelBundleLocator.StandardFolders)
            message.ShouldContain(folder);
    }

    [Fact]
    public void Locate_refuses_files_and_paths_that_do_not_exist()
    {
        Should.Throw<ModelFileException>(() => ModelBundleLocator.Locate(_folder["vad/model.onnx"])).Message.ShouldContain("is a file");
        Should.Throw<ModelFileException>(() => ModelBundleLocator.Locate(_folder["nowhere/at/all"])).Message.ShouldContain("there is no directory");
    }

    [Fact]
    public void Standard_folders_name_the_repository_that_the_program_was_built_in()
        => ModelBundleLocator.StandardFolders.ShouldContain(Path.Combine(TestPaths.RepositoryRoot, "models"));

    private ModelFile ModelFileOf(string relative) => new(_folder[relative], new FileInfo(_folder[relative]).Length);
}
