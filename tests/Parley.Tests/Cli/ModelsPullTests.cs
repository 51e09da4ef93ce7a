using Parley.Cli.Downloading;
using Parley.Models.Catalog;
using Parley.Tests.Models.Downloads;

namespace Parley.Tests.Cli;

/// <summary>The real program fetching a bundle of its own catalog from a stand-in hub on this machine.</summary>
public sealed class ModelsPullTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pull_fetches_a_bundle_of_the_catalog_from_a_mirror()
    {
        await using HubStandIn hub = CatalogMirror.Start();
        CliResult result = await CliProcess.RunAsync(_folder.Root, "models", "pull", "paraformer-zh", "--accept-license", "--hub", hub.Address.AbsoluteUri, "--into", _folder["models"]);
        result.Error.ShouldContain("funasr/fsmn-vad-onnx on 127.0.0.1");
        result.ExitCode.ShouldBe(0);
        result.Output.ShouldBe(_folder["models/paraformer-zh"] + "\n");

        CliResult list = await CliProcess.RunAsync(_folder.Root, new Dictionary<string, string> { ["FUNASR_MODEL_DIR"] = _folder["models"] }, null, "models", "list");
        list.Output.ShouldContain(_folder["models/paraformer-zh"]);
        list.Output.ShouldContain("parley models pull paraformer-en");
        list.Output.ShouldContain("unverified");
    }

    [Fact]
    public async Task Nothing_is_fetched_before_the_licences_are_accepted()
    {
        CliResult result = await CliProcess.RunAsync(_folder.Root, "models", "pull", "paraformer-zh", "--hub", "http://127.0.0.1:1", "--into", _folder["models"]);
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("FunASR Model Open Source License");
        result.Error.ShouldContain("--accept-license");
        Directory.Exists(_folder["models"]).ShouldBeFalse();
    }

    [Theory]
    [InlineData("paraformer", null, "The catalog has no bundle 'paraformer'. It has: paraformer-zh, ")]
    [InlineData("paraformer-zh", "nowhere", "'nowhere' is no hub")]
    public async Task Wrong_names_are_answered_with_the_right_ones(string name, string? hub, string message)
    {
        CliResult result = await CliProcess.RunAsync(_folder.Root, ["models", "pull", name, .. hub is null ? Array.Empty<string>() : ["--hub", hub]]);
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain(message);
    }

    [Fact]
    public void Hugging_face_is_where_its_variable_says()
    {
        HubChoice.Parse("huggingface", "https://mirror.example.org")!.Base.Host.ShouldBe("mirror.example.org");
        HubChoice.Parse("huggingface", null)!.Base.Host.ShouldBe("huggingface.co");
        HubChoice.Parse("modelscope", "https://mirror.example.org")!.Hub.ShouldBe(ModelHub.ModelScope);
        HubChoice.Parse(null, "https://mirror.example.org").ShouldBeNull();
    }
}
