using Parley.Models;
using Parley.Models.Catalog;
using Parley.Models.Downloads;

namespace Parley.Tests.Models;

/// <summary>The catalog of official models: complete, unambiguous, and with addresses of the forms that the hubs' own clients use.</summary>
public sealed class CatalogTests
{
    private static readonly ModelCatalog Catalog = ModelCatalog.Default;

    [Fact]
    public void Every_bundle_has_one_model_for_each_stage()
    {
        Catalog.Bundles.Select(bundle => bundle.Name).ShouldBe(["demo", "demo-sensevoice", "paraformer-zh", "paraformer-zh-hotword", "paraformer-en", "sensevoice"]);
        foreach (CatalogBundle bundle in Catalog.Bundles.Where(bundle => bundle is { Included: false, Name: not "sensevoice" }))
            bundle.Models.Select(model => model.Stage).ShouldBe([ModelStage.Vad, ModelStage.Asr, ModelStage.Punctuation, ModelStage.Speakers]);

        // Its recogniser sets the marks.
        Catalog.FindBundle("sensevoice")!.Models.Select(model => model.Stage).ShouldBe([ModelStage.Vad, ModelStage.Asr, ModelStage.Speakers]);
    }

    [Theory]
    [InlineData("fsmn-vad", "fsmn-vad")]
    [InlineData("ct-punc", "ct-punc")]
    [InlineData("CAM++", "cam++")]
    [InlineData("paraformer-zh", "paraformer-zh")]
    [InlineData("iic/speech_campplus_sv_zh-cn_16k-common", "cam++")]
    [InlineData("damo/speech_fsmn_vad_zh-cn-16k-common-onnx", "fsmn-vad")]
    [InlineData("iic/speech_seaco_paraformer_large_asr_nat-zh-cn-16k-common-vocab8404-pytorch", "seaco-paraformer-zh")]
    [InlineData("iic/SenseVoiceSmall", "sensevoice-small")]
    [InlineData("iic/Unheard-of", null)]
    public void Models_are_found_by_short_name_and_by_repository(string name, string? expected) => Catalog.FindModel(name)?.Name.ShouldBe(expected);

    [Fact]
    public void No_name_means_two_models()
    {
        string[] names = [.. Catalog.Models.SelectMany(model => model.Aliases.Append(model.Name).Concat(model.Sources.Select(source => source.Repository)).Distinct(StringComparer.OrdinalIgnoreCase))];
        names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_called_verified_without_a_hash()
        => Catalog.Models.Where(model => model.Sources.Any(source => source.Verified)).SelectMany(model => model.Files).ShouldAllBe(file => file.Sha256 != null);

    [Fact]
    public void Addresses_have_the_form_that_the_hubs_clients_use()
    {
        foreach (CatalogSource source in Catalog.Models.SelectMany(model => model.Sources))
        {
            source.Repository.Split('/').Length.ShouldBe(2);
            HubAddress address = HubAddress.Of(source.Hub);
            string file = address.File(source.Repository, source.Revision, "a dir/model.onnx").AbsoluteUri;
            string? listing = address.Listing(source.Repository, source.Revision)?.AbsoluteUri;
            (file, listing).ShouldBe(source.Hub switch
            {
                ModelHub.ModelScope => (
                    $"https://modelscope.cn/api/v1/models/{source.Repository}/repo?Revision={source.Revision}&FilePath=a%20dir%2Fmodel.onnx",
                    $"https://modelscope.cn/api/v1/models/{source.Repository}/repo/files?Revision={source.Revision}&Recursive=True"),
                ModelHub.HuggingFace => (
                    $"https://huggingface.co/{source.Repository}/resolve/{source.Revision}/a%20dir/model.onnx",
                    $"https://huggingface.co/api/models/{source.Repository}/tree/{source.Revision}?recursive=true"),
                _ => ($"https://github.com/{source.Repository}/releases/download/{source.Revision}/a%20dir/model.onnx", null),
            });
        }
    }

    [Theory]
    [InlineData("modelscope", ModelHub.ModelScope, "https://modelscope.cn/")]
    [InlineData("HuggingFace", ModelHub.HuggingFace, "https://huggingface.co/")]
    [InlineData("https://mirror.example.org/hf", ModelHub.HuggingFace, "https://mirror.example.org/hf")]
    [InlineData("modelscope+http://10.0.0.1:8080", ModelHub.ModelScope, "http://10.0.0.1:8080/")]
    public void Hubs_are_named_or_addressed(string text, ModelHub hub, string address)
    {
        HubAddress parsed = HubAddress.Parse(text).ShouldNotBeNull();
        (parsed.Hub, parsed.Base.AbsoluteUri).ShouldBe((hub, address));
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("ftp://mirror.example.org")]
    [InlineData("https://user:secret@mirror.example.org")]
    [InlineData("https://mirror.example.org/?a=b")]
    public void Other_texts_are_no_hubs(string text) => HubAddress.Parse(text).ShouldBeNull();

    [Fact]
    public void A_missing_bundle_of_the_catalog_names_the_command_and_the_files()
    {
        string message = Should.Throw<ModelFileException>(() => ModelBundleLocator.Locate("paraformer-en")).Message;
        message.ShouldContain("parley models pull paraformer-en");
        message.ShouldContain("iic/speech_fsmn_vad_zh-cn-16k-common-onnx: model.onnx, am.mvn, config.yaml");
    }
}
