using Parley.Cli.Downloading;
using Parley.Cli.Terminals;
using Parley.Models;
using Parley.Models.Catalog;
using Parley.Models.Downloads;
using Parley.Tests.Models.Downloads;

namespace Parley.Tests.Cli;

/// <summary><c>funasr.auto_download</c>, with a stand-in hub on this machine.</summary>
public sealed class AutoDownloadTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_program_fetches_what_the_configuration_names()
    {
        await using HubStandIn hub = CatalogMirror.Start();
        _folder.Write("config.json", """{"funasr":{"model":"paraformer-zh","vad_model":"fsmn-vad","punc_model":"ct-punc-c","spk_model":"cam++","model_dir":"models","auto_download":true}}""");
        _folder.Write("a.wav", "no sound");

        // The stand-in's networks are no networks: it ends when they are loaded.
        CliResult result = await CliProcess.RunAsync(_folder.Root, new Dictionary<string, string> { ["FUNASR_MODEL_HUB"] = hub.Address.AbsoluteUri }, null, "transcribe", "a.wav");

        result.Error.ShouldContain("The bundle paraformer-zh is not installed; it is fetched into ");
        result.Error.ShouldContain("Licences: FunASR Model Open Source License");
        result.Error.ShouldContain($"paraformer-zh is installed: {_folder["models/paraformer-zh"]}");
        File.Exists(_folder["models/paraformer-zh/bundle.json"]).ShouldBeTrue();
    }

    [Fact]
    public async Task Without_a_network_the_message_names_the_command_and_the_files()
    {
        DownloadOptions options = new() { Hub = new HubAddress(ModelHub.HuggingFace, new Uri("http://127.0.0.1:1")), Pause = TimeSpan.Zero, MaxPause = TimeSpan.Zero };

        ModelFileException error = await Should.ThrowAsync<ModelFileException>(() => FetchAsync(true, "paraformer-zh", options));

        error.Message.ShouldContain("The bundle paraformer-zh cannot be fetched: ");
        error.Message.ShouldContain("parley models pull paraformer-zh");
        error.Message.ShouldContain("iic/speech_fsmn_vad_zh-cn-16k-common-onnx: model.onnx, am.mvn, config.yaml");
    }

    [Theory]
    [InlineData(false, "paraformer-zh")]
    [InlineData(true, "demo")]
    [InlineData(true, "of-my-own")]
    public async Task Nothing_is_fetched_that_is_not_allowed_or_not_in_the_catalog(bool isAllowed, string bundle)
    {
        await FetchAsync(isAllowed, bundle, options: null);
        Directory.Exists(_folder["models"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Check_says_what_would_be_fetched()
    {
        _folder.Write("config.json", """{"funasr":{"model":"paraformer-zh","auto_download":true},"notification":{"enabled":false}}""");

        CliResult result = await CliProcess.RunAsync(_folder.Root, "serve", "--check", "--port", "0", "--data-dir", _folder["data"]);

        result.Error.ShouldContain("note: the bundle paraformer-zh is not installed; the server would fetch it");
    }

    private async Task FetchAsync(bool isAllowed, string bundle, DownloadOptions? options)
    {
        using Terminal terminal = new(Stream.Null, TextWriter.Null, () => Stream.Null);
        await MissingBundles.FetchAsync(isAllowed, [bundle], _folder["models"], quantized: false, terminal, TestContext.Current.CancellationToken, options);
    }
}
