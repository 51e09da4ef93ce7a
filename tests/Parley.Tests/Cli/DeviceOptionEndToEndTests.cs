using Parley.Inference.Devices;

namespace Parley.Tests.Cli;

/// <summary>The real program with a device that is not there.</summary>
[Trait("Group", "e2e")]
public sealed class DeviceOptionEndToEndTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_device_that_is_not_there_is_replaced_with_a_warning_and_the_receipt_says_so()
    {
        string absent = Absent();
        CliResult result = await RunAsync("--device", absent, "-f", "json", "-o", "-");

        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldContain($"Device {absent} is not available");
        result.Output.ShouldContain($"Device {absent} is not available");
        result.Output.ShouldContain("cpu is used instead");
    }

    [Fact]
    public async Task Without_fallback_it_is_an_error()
    {
        string absent = Absent();
        _folder.Write("config.json", "{\"funasr\":{\"fallback_on_error\":false}}");

        CliResult result = await RunAsync("--device", absent);

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldBeEmpty();
        result.Error.ShouldContain($"Device {absent} is not available");
        result.Error.ShouldContain("funasr.fallback_on_error");
    }

    [Fact]
    public async Task What_is_no_device_is_a_wrong_command_line()
    {
        CliResult result = await RunAsync("--device", "quda");

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("'quda' is no device. Known: auto, mps, cuda");
    }

    // No machine has the GPUs of Apple, NVIDIA and AMD at once.
    private static string Absent()
    {
        DeviceManager manager = new(new DeviceOptions());
        return new[] { "cuda", "rocm", "mps" }.First(name => !manager.Information(name).IsAvailable);
    }

    private Task<CliResult> RunAsync(params string[] options)
        => CliProcess.RunAsync(_folder.Root, ["transcribe", Path.Combine(TestPaths.Samples, "hello.wav"), "--models", TestPaths.DemoBundle, .. options]);
}
