using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Parley.Cli;
using Parley.Cli.Devices;
using Parley.Inference.Devices;

namespace Parley.Tests.Cli;

/// <summary>The commands as processes of their own, with a profile of their own.</summary>
[Trait("Group", "e2e")]
public sealed class DeviceCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string ProfilePath => _folder["devices.json"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("{ damaged")]
    public async Task Devices_lists_the_cpu_in_json(string? profile)
    {
        if (profile is not null)
            _folder.Write("devices.json", profile);
        CliResult result = await RunAsync("devices", "--json", "--models", TestPaths.DemoBundle);

        result.ExitCode.ShouldBe(ExitCode.Done, result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement cpu = json.RootElement.GetProperty("devices").EnumerateArray().Last();
        cpu.GetProperty("name").GetString().ShouldBe("cpu");
        cpu.GetProperty("available").GetBoolean().ShouldBeTrue();
        result.Error.Contains("is ignored", StringComparison.Ordinal).ShouldBe(profile is not null);
    }

    [Fact]
    public async Task A_trial_of_the_cpu_measures_every_model()
    {
        CliResult result = await RunAsync("devices", "--trial", "cpu", "--models", TestPaths.DemoBundle);

        result.ExitCode.ShouldBe(ExitCode.Done, result.Error);
        DeviceTrialRun.FromJson(result.Output)!.Models.Select(model => model.Stage).ShouldBe(["vad", "asr", "punctuation", "speakers"]);
    }

    [Fact]
    public async Task A_second_process_does_not_measure_and_says_why()
    {
        using ProfileLock first = ProfileLock.TryTake(ProfilePath).ShouldNotBeNull();
        CliResult result = await RunAsync("devices", "--measure", "--models", TestPaths.DemoBundle);

        result.ExitCode.ShouldBe(ExitCode.Failed);
        result.Error.ShouldContain("Another process is measuring");
        File.Exists(ProfilePath).ShouldBeFalse();
    }

    [Fact]
    public async Task Interrupt_while_measuring_ends_with_130_and_leaves_no_profile()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no kill -INT.");
        using Process process = CliProcess.StartInterruptible(_folder.Root, Environment(), "devices", "--measure", "--models", TestPaths.DemoBundle);

        // The first line comes when the first device's process is about to start.
        (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken))!.ShouldStartWith("Measuring cpu");
        using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        CliResult result = await CliProcess.FinishAsync(process);

        result.ExitCode.ShouldBe(130, result.Error);
        result.Error.ShouldContain("Interrupted");
        _folder.Files.ShouldBe(["devices.json.lock"]);
    }

    [Theory]
    [InlineData("pool")]
    [InlineData("lock")]
    public async Task Bench_writes_the_report_and_each_devices_transcripts(string mode)
    {
        CliResult result = await RunAsync(
            "bench", Path.Combine(TestPaths.Samples, "hello.wav"), "--devices", "cpu", "--runs", "1", "--mode", mode, "--models", TestPaths.DemoBundle, "-o", _folder["out"]);

        result.ExitCode.ShouldBe(ExitCode.Done, result.Error);
        result.Output.ShouldContain("identical: yes");
        foreach (string file in (string[])["report.md", "chart.svg", "results.json", "cpu/transcript.json", "cpu/transcript.txt", "cpu/transcript.sentences.txt"])
            File.Exists(Path.Combine(_folder["out"], file)).ShouldBeTrue(file);
        File.ReadAllText(Path.Combine(_folder["out"], "results.json")).ShouldContain($"\"mode\": \"{mode}\"");
    }

    [Theory]
    [InlineData("'quda' is no device", "--devices", "quda")]
    [InlineData("Leave one of them out", "--seconds", "5")]
    [InlineData("'cloud' not recognized", "--mode", "cloud")]
    public async Task Bench_refuses_what_makes_no_sense(string message, params string[] options)
    {
        CliResult result = await RunAsync(["bench", Path.Combine(TestPaths.Samples, "hello.wav"), .. options]);

        result.ExitCode.ShouldBe(ExitCode.Usage);
        result.Error.ShouldContain(message);
    }

    [Fact]
    public async Task A_child_that_takes_too_long_is_ended()
        => (await ChildProgram.RunAsync(["devices"], TimeSpan.Zero, _ => { }, CancellationToken.None)).ExitCode.ShouldBeNull();

    private Dictionary<string, string> Environment() => new(StringComparer.Ordinal) { [DeviceProfile.PathVariable] = ProfilePath };

    private Task<CliResult> RunAsync(params string[] arguments) => CliProcess.RunAsync(_folder.Root, Environment(), input: null, arguments);
}
