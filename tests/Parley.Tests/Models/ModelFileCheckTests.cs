using System.Text;
using Parley.Models;

namespace Parley.Tests.Models;

/// <summary>Damaged and mixed-up files are found before use; every message names the file.</summary>
public sealed class ModelFileCheckTests : IDisposable
{
    private readonly BundleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4bbd\nsize 1725472\n", "git-lfs pointer")]
    [InlineData("<!DOCTYPE html><html><body>Not found</body></html>", "a web page")]
    [InlineData("\n  <html>", "a web page")]
    [InlineData("""{"Code":10990101007,"Message":"no such file"}""", "a JSON text")]
    [InlineData("", "is empty")]
    [InlineData("PK\u0003\u0004 a zip archive, as PyTorch writes it", "")]
    [InlineData("plain text that is no model", "")]
    public void A_download_that_is_no_model_is_named(string contents, string expected)
    {
        File.WriteAllBytes(_folder["asr/model.onnx"], Encoding.Latin1.GetBytes(contents));
        AssertRefused("asr/model.onnx", expected);
    }

    [Fact]
    public void A_truncated_network_is_named_wherever_it_is_cut()
    {
        byte[] whole = [0x08, 0x08, 0x12, 0x03, (byte)'a', (byte)'b', (byte)'c', 0x3A, 0x90, 0x01, .. new byte[144]];
        File.WriteAllBytes(_folder["vad/model.onnx"], whole);
        ModelBundle.Load(_folder.Root);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder["vad/model.onnx"], whole[..length]);
            AssertRefused("vad/model.onnx", string.Empty);
        }
    }

    [Fact]
    public void The_real_network_passes_and_its_first_half_does_not()
    {
        string real = Path.Combine(TestPaths.ReferenceModels, "fsmn-vad");
        Assert.SkipUnless(File.Exists(Path.Combine(real, "model.onnx")), $"Reference model not found: {real}. Set PARLEY_GOLDEN to the golden data beside it.");
        foreach (string name in new[] { "model.onnx", "am.mvn", "config.yaml" })
            File.Copy(Path.Combine(real, name), _folder[$"vad/{name}"], overwrite: true);

        VadModelFiles vad = ModelBundle.Load(_folder.Root).Vad;
        vad.Config.MaxSegmentMs.ShouldBe(60000);
        vad.Config.FrontEnd.Window.ShouldBe("hamming");

        byte[] bytes = File.ReadAllBytes(_folder["vad/model.onnx"]);
        File.WriteAllBytes(_folder["vad/model.onnx"], bytes[..(bytes.Length / 2)]);
        AssertRefused("vad/model.onnx", "is cut off");
    }

    [Theory]
    [InlineData(400, "rows of 400 values, but the model takes 560")]
    [InlineData(0, "<AddShift>")]
    public void A_cmvn_file_of_another_model_is_named(int dimension, string expected)
    {
        _folder.Write("asr/am.mvn", BundleFolder.Cmvn(dimension));
        AssertRefused("asr/am.mvn", expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<Nnet>\n<AddShift> 560 560\n")]
    [InlineData("<Nnet>\n<AddShift> 560 560\n<LearnRateCoef> 0 [ 1 2 3\n")]
    public void A_cmvn_file_without_its_rows_is_named(string contents)
    {
        _folder.Write("asr/am.mvn", contents);
        AssertRefused("asr/am.mvn", "<AddShift>");
    }

    [Fact]
    public void A_cmvn_file_cut_after_its_first_row_is_named()
    {
        string whole = BundleFolder.Cmvn(560);
        _folder.Write("asr/am.mvn", whole[..whole.IndexOf("<Rescale>", StringComparison.Ordinal)]);
        AssertRefused("asr/am.mvn", "<Rescale>");
    }

    [Theory]
    [InlineData("""["<blank>","","<unk>"]""", "token 1 is empty")]
    [InlineData("""["<blank>",null,"<unk>"]""", "token 1 is empty")]
    [InlineData("""["<blank>","你","好","你"]""", "token 3 '你' is the same as token 1")]
    [InlineData("[]", "holds no tokens")]
    [InlineData("null", "holds no tokens")]
    [InlineData("""{"<blank>":0}""", "JSON array")]
    [InlineData("""["<blank>",""", "JSON array")]
    [InlineData("""[1, 2]""", "JSON array")]
    public void A_vocabulary_that_cannot_be_right_is_named(string contents, string expected)
    {
        _folder.Write("asr/tokens.json", contents);
        AssertRefused("asr/tokens.json", expected);
    }

    [Theory]
    [InlineData("<blank>\n<s>\n你\n", new[] { "<blank>", "<s>", "你" })]
    [InlineData("<blank> 0\n<s> 1\n1 2\n", new[] { "<blank>", "<s>", "1" })]
    [InlineData("<blank> 0\n<s> 5\n", new[] { "<blank> 0", "<s> 5" })]
    [InlineData("a 0", new[] { "a" })]
    public void Token_lines_may_carry_their_numbers(string contents, string[] expected)
    {
        _folder.Write("asr/tokens.txt", contents);
        TokenFile.Read(_folder["asr/tokens.txt"]).ShouldBe(expected);
    }

    [Theory]
    [InlineData("", "expected keys and values")]
    [InlineData("- a\n- b\n", "expected keys and values")]
    [InlineData("just words", "expected keys and values")]
    [InlineData("model: [unclosed\n", "no valid YAML")]
    [InlineData("model_conf: {max_end_silence_time: soon}\n", "expected a whole number at model_conf.max_end_silence_time, found 'soon'")]
    [InlineData("model_conf: {speech_noise_thres: [1]}\n", "found a list")]
    [InlineData("model_conf: {speech_noise_thres: .nan}\n", "expected a number")]
    [InlineData("model_conf: {do_extend: maybe}\n", "expected true or false")]
    [InlineData("model_conf: {sil_pdf_ids: 0}\n", "expected a list")]
    [InlineData("model_conf: *nowhere\n", "*nowhere")]
    [InlineData("? [a, b]\n: c\n", "expected a plain key")]
    [InlineData("frontend_conf: {fs: 8000}\n", "expected frontend_conf.fs 16000, found 8000")]
    [InlineData("frontend_conf: {n_mels: 40}\n", "expected frontend_conf.n_mels 80, found 40")]
    [InlineData("frontend_conf: {lfr_m: 0}\n", "lfr_m")]
    public void A_configuration_that_cannot_be_right_is_named(string contents, string expected)
    {
        _folder.WriteStandardManifest();
        _folder.Write("vad/config.yaml", contents);
        AssertRefused("vad/config.yaml", expected);
    }

    [Fact]
    public void A_configuration_of_endless_depth_ends_in_an_error()
    {
        _folder.WriteStandardManifest();
        _folder.Write("vad/config.yaml", "model: " + new string('[', 100_000));
        AssertRefused("vad/config.yaml", "levels");
    }

    [Fact]
    public void Aliases_are_not_multiplied()
    {
        // Nine levels of nine references each would be 387 million texts if they were copied.
        StringBuilder bomb = new("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 9; i++)
            bomb.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        _folder.Write("vad/config.yaml", bomb + "model: FsmnVADStreaming\n");
        ModelBundle.Load(_folder.Root).Vad.Config.MaxEndSilenceMs.ShouldBeNull();
    }

    [Fact]
    public void A_tag_makes_no_type()
    {
        _folder.Write("vad/config.yaml", "model: !!python/object/apply:os.system [FsmnVADStreaming]\n");
        Should.Throw<ModelFileException>(() => ModelBundle.Load(_folder.Root)).Message.ShouldContain("vad");

        _folder.Write("vad/config.yaml", "model: !System.IO.FileInfo FsmnVADStreaming\n");
        ModelBundle.Load(_folder.Root).Vad.Name.ShouldBe("vad");
    }

    [Fact]
    public void A_punctuation_model_without_marks_is_named()
    {
        _folder.Write("punc/config.yaml", "model: CTTransformer\n");
        AssertRefused("punc/config.yaml", "punc_list");
    }

    private void AssertRefused(string file, string expected)
    {
        ModelFileException error = Should.Throw<ModelFileException>(() => ModelBundle.Load(_folder.Root));
        error.Message.ShouldContain(_folder[file]);
        error.Message.ShouldContain(expected);
        error.Path.ShouldBe(_folder[file]);
    }
}
