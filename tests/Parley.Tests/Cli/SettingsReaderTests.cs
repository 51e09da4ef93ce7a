using Parley.Cli;
using Parley.Cli.Configuration;
using Parley.Inference.Devices;

namespace Parley.Tests.Cli;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_environment_wins_over_the_file()
    {
        string file = _folder.Write("c.json", """{"funasr":{"model_dir":"./m","batch_size_s":120,"ncpu":3}}""");
        Read(file).ShouldBe(new Settings { ModelDirectory = _folder["m"], BatchSeconds = 120, Threads = 3 });
        Read(file, ("FUNASR_NCPU", "5"), ("FUNASR_BATCH_SIZE_S", "7.5"), ("FUNASR_MODEL_DIR", _folder["other"]))
            .ShouldBe(new Settings { ModelDirectory = _folder["other"], BatchSeconds = 7.5, Threads = 5 });
        _warnings.ShouldBeEmpty();
    }

    [Fact]
    public void Zero_threads_and_null_mean_that_the_program_chooses()
    {
        Read(_folder.Write("c.json", """{"funasr":{"ncpu":0,"batch_size_s":null}}""")).ShouldBe(new Settings());
        Read(_folder.Write("c.json", """{"funasr":{"ncpu":4}}"""), ("FUNASR_NCPU", "0")).Threads.ShouldBeNull();
    }

    [Fact]
    public void Comments_and_sections_of_the_server_are_left_alone_and_unknown_keys_are_reported()
    {
        string file = _folder.Write("c.json", """
            {
              // The original's file has notes in keys; this one also has real ones.
              "_comment": "x", "server": {"port": 8767}, "transcription": {"max_concurrent_tasks": 2}, "auth": {},
              "funasr": {"_comment_ncpu": [1], "ncpu": 2, "colour": "red"},
              "mystery": {"a": 1},
            }
            """);
        Read(file).Threads.ShouldBe(2);
        _warnings.Count.ShouldBe(2);
        _warnings[0].ShouldContain("funasr.colour");
        _warnings[1].ShouldContain("mystery");
    }

    [Theory]
    [InlineData("""{"funasr":{"ncpu":"many"}}""", "funasr.ncpu must be")]
    [InlineData("""{"funasr":{"ncpu":-1}}""", "funasr.ncpu must be")]
    [InlineData("""{"funasr":{"ncpu":[2]}}""", "funasr.ncpu must be")]
    [InlineData("""{"funasr":{"batch_size_s":0}}""", "funasr.batch_size_s must be")]
    [InlineData("""{"funasr":{"device":" "}}""", "funasr.device must be")]
    [InlineData("""{"funasr":{"device_priority":[1]}}""", "funasr.device_priority must be")]
    [InlineData("""{"funasr":{"device_priority":[]}}""", "funasr.device_priority must be")]
    [InlineData("""{"funasr":{"fallback_on_error":"maybe"}}""", "funasr.fallback_on_error must be")]
    [InlineData("""{"funasr":{"model_dir":" "}}""", "funasr.model_dir must be")]
    [InlineData("""{"funasr":""", "Cannot read the configuration")]
    [InlineData("[]", "expected an object")]
    public void Impossible_values_in_a_named_file_are_errors(string contents, string expected)
        => Should.Throw<UsageException>(() => Read(_folder.Write("c.json", contents))).Message.ShouldContain(expected);

    [Fact]
    public void Devices_are_chosen_by_file_environment_and_option()
    {
        string file = _folder.Write("c.json", """{"funasr":{"device":"webgpu","device_priority":["cuda","cpu"],"fallback_on_error":false}}""");

        DeviceOptions fromFile = Read(file).DeviceOptions(fromCommandLine: null);
        DeviceOptions fromEnvironment = Read(file, ("FUNASR_DEVICE", "cuda:1"), ("FUNASR_DEVICE_PRIORITY", "mps, cpu")).DeviceOptions(fromCommandLine: null);

        (fromFile.Device, fromFile.FallbackOnError).ShouldBe(("webgpu", false));
        fromFile.Priority.ShouldBe(["cuda", "cpu"]);
        (fromEnvironment.Device, fromEnvironment.FallbackOnError).ShouldBe(("cuda:1", false));
        fromEnvironment.Priority.ShouldBe(["mps", "cpu"]);
        Read(file).DeviceOptions("cpu").Device.ShouldBe("cpu");
        new Settings().DeviceOptions(null).ShouldBe(new DeviceOptions { ProfilePath = DeviceProfile.StandardPath() });
    }

    [Fact]
    public void A_named_file_must_exist()
        => Should.Throw<UsageException>(() => Read(_folder["nowhere.json"])).Message.ShouldContain("nowhere.json");

    [Fact]
    public void Impossible_values_in_the_environment_are_reported_and_skipped()
    {
        Read(_folder.Write("c.json", """{"funasr":{"ncpu":4}}"""), ("FUNASR_NCPU", "many")).Threads.ShouldBe(4);
        _warnings.ShouldHaveSingleItem().ShouldContain("FUNASR_NCPU");
    }

    [Fact]
    public async Task The_file_of_the_current_directory_is_read_only_when_it_is_ours()
    {
        CliResult result;
        _folder.Write("config.json", """{"compilerOptions":{}}""");
        result = await CliProcess.RunAsync(_folder.Root, "models", "list");
        result.Error.ShouldNotContain("config.json");

        _folder.Write("config.json", "no json");
        result = await CliProcess.RunAsync(_folder.Root, "models", "list");
        result.Error.ShouldContain("warning: config.json in this directory is ignored");

        _folder.Write("config.json", """{"funasr":{"model_dir":"my models"}}""");
        result = await CliProcess.RunAsync(_folder.Root, "models", "show", "nobody");
        result.Error.ShouldContain(_folder["my models"]);
    }

    [Fact]
    public void The_model_directory_is_the_bundle_when_it_is_one()
    {
        using Models.BundleFolder bundle = new();
        new Settings().ChooseBundle(null).ShouldBe("demo");
        new Settings { ModelDirectory = _folder.Root }.ChooseBundle(null).ShouldBe("demo");
        new Settings { ModelDirectory = bundle.Root }.ChooseBundle(null).ShouldBe(bundle.Root);
        new Settings { ModelDirectory = bundle.Root }.ChooseBundle("mine").ShouldBe("mine");
    }

    private Settings Read(string file, params (string Name, string Value)[] environment)
        => SettingsReader.Read(file, name => environment.FirstOrDefault(variable => variable.Name == name).Value, _warnings.Add);
}
