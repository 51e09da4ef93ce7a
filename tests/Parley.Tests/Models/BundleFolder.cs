using System.Text.Json;

namespace Parley.Tests.Models;

/// <summary>A temporary bundle in the official layout, whose networks are the smallest files that can be ONNX models.</summary>
internal sealed class BundleFolder : IDisposable
{
    /// <summary>A protobuf message with an empty graph: ir_version 8, then field 7 of length 0.</summary>
    public static readonly byte[] SmallestOnnx = [0x08, 0x08, 0x3A, 0x00];

    public BundleFolder()
    {
        // The name holds blanks and letters beyond ASCII on purpose.
        Root = Directory.CreateTempSubdirectory("parley bündel 模型 ").FullName;
        WriteVad("vad");
        WriteAsr("asr");
        WritePunctuation("punc");
        WriteSpeakers("spk");
    }

    public string Root { get; }

    public string this[string relative] => Path.Combine(Root, relative);

    public static string Cmvn(int dimension)
    {
        string row = "<LearnRateCoef> 0 [ " + string.Join(' ', Enumerable.Repeat("0.5", dimension)) + " ]";
        return $"<Nnet>\n<Splice> {dimension} {dimension}\n[ 0 ]\n<AddShift> {dimension} {dimension}\n{row}\n<Rescale> {dimension} {dimension}\n{row}\n</Nnet>\n";
    }

    public void Write(string relative, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[relative])!);
        File.WriteAllText(this[relative], text);
    }

    public void WriteNetwork(string relative) => File.WriteAllBytes(this[relative], SmallestOnnx);

    public void WriteManifest(object manifest) => Write("bundle.json", JsonSerializer.Serialize(manifest));

    public void WriteStandardManifest() => WriteManifest(new
    {
        name = "test",
        description = "For tests.",
        licence = "CC0-1.0",
        stages = new { vad = "vad", asr = "asr", punctuation = "punc", speakers = "spk" },
        out_of_domain_confidence = 0.55,
    });

    public void WriteVad(string directory)
    {
        Write($"{directory}/config.yaml", "model: FsmnVADStreaming\nfrontend_conf: {fs: 16000, n_mels: 80, lfr_m: 5, lfr_n: 1}\n"
            + "model_conf:\n  max_end_silence_time: 800\n  speech_noise_thres: 0.6\n  do_extend: 1\n  sil_pdf_ids: [0]\n  snr_thres: -100.0\n");
        Write($"{directory}/am.mvn", Cmvn(400));
        WriteNetwork($"{directory}/model.onnx");
    }

    public void WriteAsr(string directory)
    {
        Write($"{directory}/config.yaml", "model: BiCifParaformer\nfrontend_conf: {fs: 16000, lfr_m: 7, lfr_n: 6}\nmodel_conf: {predictor_bias: 1}\npredictor_conf: {upsample_times: 3}\n");
        Write($"{directory}/am.mvn", Cmvn(560));
        Write($"{directory}/tokens.json", """["<blank>","<s>","</s>","你","好@@","<unk>"]""");
        WriteNetwork($"{directory}/model.onnx");
    }

    public void WriteSenseVoice(string directory)
    {
        Write($"{directory}/config.yaml", "model: SenseVoiceSmall\nfrontend_conf: {fs: 16000, lfr_m: 7, lfr_n: 6}\ntokenizer: SentencepiecesTokenizer\n");
        Write($"{directory}/am.mvn", Cmvn(560));
        Write($"{directory}/tokens.json", """["<unk>","<s>","</s>","你","▁hi","。","<|zh|>","<|withitn|>"]""");
        WriteNetwork($"{directory}/model.onnx");
    }

    public void WritePunctuation(string directory)
    {
        Write($"{directory}/config.yaml", "model: CTTransformer\nmodel_conf:\n  punc_list: ['<unk>', '_', '，', '。', '？', '、']\n  sentence_end_id: 3\n");
        Write($"{directory}/tokens.json", """["<blank>","<s>","</s>","你","<unk>"]""");
        WriteNetwork($"{directory}/model.onnx");
    }

    public void WriteSpeakers(string directory)
    {
        Write($"{directory}/config.yaml", "model: CAMPPlus\nmodel_conf: {feat_dim: 80, embedding_size: 192}\n");
        WriteNetwork($"{directory}/model.onnx");
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
