namespace Parley.Tests.Models.Downloads;

/// <summary>A stand-in hub that has the models of the bundle <c>paraformer-zh</c>, with the smallest files under the names that repositories have.</summary>
internal static class CatalogMirror
{
    public static HubStandIn Start()
    {
        using BundleFolder files = new();
        HubStandIn hub = new();
        Put("funasr/fsmn-vad-onnx", "vad", ("am.mvn", "vad.mvn"), ("config.yaml", "vad.yaml"), ("model.onnx", "model.onnx"));
        Put("manyeyes/speech_paraformer-large_asr_nat-zh-cn-16k-common-vocab8404-onnx", "asr", ("am.mvn", "am.mvn"), ("config.yaml", "asr.yaml"), ("model.onnx", "model.onnx"), ("tokens.json", "tokens.json"));
        Put("manyeyes/punc_ct-transformer_zh-cn-common-vocab272727-onnx", "punc", ("config.yaml", "punc.yaml"), ("model.onnx", "model.onnx"), ("tokens.json", "tokens.json"));
        Put("csukuangfj/speaker-embedding-models", "spk", ("model.onnx", "3dspeaker_speech_campplus_sv_zh-cn_16k-common.onnx"));
        return hub;

        void Put(string repository, string directory, params (string File, string Name)[] names)
        {
            foreach ((string file, string name) in names)
                hub.Put(repository, name, File.ReadAllBytes(files[$"{directory}/{file}"]));
        }
    }
}
