using System.Text.Json;
using System.Xml.Linq;
using Parley.Cli.Devices;

namespace Parley.Tests.Cli;

public sealed class BenchReportTests
{
    private static readonly string[] Lines = ["[0-10] Speaker1: a", "[20-30] Speaker2: b"];

    [Fact]
    public void Same_transcripts_are_identical()
    {
        BenchReport report = new(new BenchSetup("talk.wav", 1, BenchMode.Pool), [Result("cpu", 10, Lines), Result("webgpu", 5, Lines)]);
        StringWriter output = new();

        report.WriteText(output);

        report.IsIdentical.ShouldBeTrue();
        string[] lines = output.ToString().Split('\n');
        lines.ShouldContain("identical: yes");
        lines.ShouldContain(line => line.StartsWith("webgpu") && line.Contains("5.00") && line.Contains("0.0500") && line.Contains("20.0") && line.Contains("2.00"));
        lines.ShouldContain(line => line.StartsWith("  asr") && line.Contains("7.50"));
    }

    [Fact]
    public void Other_transcripts_are_shown_with_what_differs()
    {
        BenchReport report = new(new BenchSetup("talk.wav", 1, BenchMode.Pool), [Result("cpu", 10, Lines), Result("webgpu", 5, [Lines[0], "[20-30] Speaker1: b"])]);
        StringWriter output = new();

        report.WriteText(output);

        report.IsIdentical.ShouldBeFalse();
        output.ToString().ShouldEndWith("identical: no\nwebgpu against cpu:\n- [20-30] Speaker2: b\n+ [20-30] Speaker1: b\n");
    }

    [Fact]
    public void A_device_whose_runs_differ_is_not_identical()
    {
        BenchReport report = new(new BenchSetup("talk.wav", 1, BenchMode.Pool), [Result("cpu", 10, Lines), Result("webgpu", 5, Lines) with { RunsAgree = false }]);
        StringWriter output = new();

        report.WriteText(output);

        report.IsIdentical.ShouldBeFalse();
        output.ToString().ShouldContain("webgpu: its own runs differ");
    }

    [Fact]
    public void Files_are_a_report_a_chart_and_the_numbers()
    {
        using TempFolder folder = new();
        BenchReport report = new(new BenchSetup("talk|1.wav", 1, BenchMode.Pool), [Result("cpu", 10, Lines), Result("cuda:1", 5, ["other"])]);

        report.Save(folder.Root);

        string markdown = File.ReadAllText(Path.Combine(folder.Root, "report.md"));
        markdown.ShouldContain("| Device | Hardware | Seconds | RTF | Times real time | Speed-up | Load (s) | Peak memory |");
        markdown.ShouldContain("identical: no");
        markdown.ShouldContain("```diff");
        XDocument chart = XDocument.Load(Path.Combine(folder.Root, "chart.svg"));
        chart.Root!.Elements().Count(element => element.Name.LocalName == "rect").ShouldBe(3);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Root, "results.json")));
        json.RootElement.GetProperty("identical").GetBoolean().ShouldBeFalse();
        json.RootElement.GetProperty("devices")[1].GetProperty("rtf").GetDouble().ShouldBe(0.05);
    }

    [Fact]
    public void Results_survive_the_way_between_processes()
    {
        BenchResult result = Result("cpu", 10, Lines);
        BenchResult read = BenchResult.FromJson(result.ToJson())!;

        read.Seconds.ShouldBe(10);
        read.Lines.ShouldBe(Lines);
        read.Stages.ShouldBe(result.Stages);
        BenchResult.FromJson("nonsense").ShouldBeNull();
    }

    [Fact]
    public void The_median_run_counts() => (Result("cpu", 1, Lines) with { RunSeconds = [9, 1, 4] }).Seconds.ShouldBe(4);

    [Fact]
    public void Of_an_even_number_the_two_runs_in_the_middle_count() => (Result("cpu", 1, Lines) with { RunSeconds = [9, 1, 4, 6] }).Seconds.ShouldBe(5);

    [Fact]
    public void Samples_are_repeated_to_the_second()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Root, "long.wav");

        SampleAudio.WriteRepeated(SampleAudio.Short, 20, path);

        byte[] bytes = File.ReadAllBytes(path), sample = File.ReadAllBytes(SampleAudio.Find(SampleAudio.Short));
        bytes.Length.ShouldBe(44 + (20 * 32000));
        BitConverter.ToInt32(bytes, 40).ShouldBe(20 * 32000);
        BitConverter.ToInt32(bytes, 4).ShouldBe(36 + (20 * 32000));
        bytes.AsSpan(sample.Length, 100).ToArray().ShouldBe(sample.AsSpan(44, 100).ToArray());
    }

    private static BenchResult Result(string device, double seconds, IReadOnlyList<string> lines) => new()
    {
        Device = device,
        Hardware = $"hardware of {device}",
        AudioSeconds = 100,
        LoadSeconds = 0.5,
        RunSeconds = [seconds],
        Stages = [new BenchStage("audio", null, 0.1), new BenchStage("asr", device, seconds * 0.75)],
        PeakMemoryBytes = 123_000_000,
        Lines = lines,
        RunsAgree = true,
    };
}
