using System.CommandLine;
using System.CommandLine.Parsing;
using Parley.Cli.Configuration;
using Parley.Cli.Devices;
using Parley.Cli.Terminals;
using Parley.Inference.Devices;
using Parley.Models;

namespace Parley.Cli.Commands;

/// <summary><c>parley bench</c>: the whole pipeline on each device, side by side.</summary>
internal sealed class BenchCommand : ExampleCommand
{
    private const int MaxRuns = 100, MaxSeconds = 36000, DefaultRuns = 3, DefaultSeconds = 300;

    // A device that needs longer than this is no device to compare.
    private static readonly TimeSpan TrialLimit = TimeSpan.FromHours(2);

    private readonly CommonOptions _common;

    private readonly Argument<string?> _audio = new("AUDIO") { Arity = ArgumentArity.ZeroOrOne, Description = "Recording. Without it: a sample that comes with the program, repeated." };

    private readonly Option<string[]> _devices = new("--devices")
    {
        HelpName = "NAMES",
        Description = "Devices, separated by commas; the first is what the others are compared with. Default: the CPU and every GPU there is.",
    };

    private readonly Option<int?> _runs = NumberOption.Create("--runs", [], "N", $"Runs on each device, after one to warm up. Default: {DefaultRuns}.", 1, MaxRuns);

    private readonly Option<int?> _seconds = NumberOption.Create("--seconds", [], "S", $"Length of the repeated sample. Default: {DefaultSeconds}.", 1, MaxSeconds);

    private readonly Option<string?> _mode = new("--mode")
    {
        Description = "pool: each device in a process of its own, as the server's workers; lock: all in this process. Default: pool.",
    };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        HelpName = "DIR",
        Description = "Directory for the report, the chart and each device's transcripts. Default: parley-bench.",
    };

    // How the command calls itself for one device.
    private readonly Option<string?> _trial = new("--trial") { Hidden = true, HelpName = "NAME", Description = "Runs one device in this process and writes its result as JSON." };

    public BenchCommand(Terminal terminal)
        : base("bench", "Run the whole pipeline on each device: speed, memory, and whether the transcripts are the same.", """
            parley bench                                       the CPU and every GPU, on the sample
            parley bench meeting.m4a --devices cpu,webgpu      two devices, on a recording of yours
            parley bench --runs 5 --seconds 1800 -o results    longer and more often
            """)
    {
        Arguments.Add(_audio);
        foreach (Option option in new Option[] { _devices, _runs, _seconds, _mode, _output, _trial })
            Options.Add(option);
        _common = new CommonOptions(this, runsModels: true);
        _mode.AcceptOnlyFromAmong(DeviceJson.NameOf(BenchMode.Pool), DeviceJson.NameOf(BenchMode.Lock));
        Validators.Add(CheckAudio);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, terminal, cancellationToken));
    }

    private void CheckAudio(CommandResult result)
    {
        bool hasAudio = result.GetResult(_audio) is { Tokens.Count: > 0 };
        if (hasAudio && result.GetResult(_seconds) is not null)
            result.AddError("--seconds is the length of the repeated sample; a recording is taken as it is. Leave one of them out.");
        if (!hasAudio && result.GetResult(_trial) is not null)
            result.AddError("--trial needs a recording.");
    }

    private async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        Settings settings = _common.ReadSettings(parsed, terminal);
        string? audio = parsed.GetValue(_audio);
        if (audio is not null && !File.Exists(audio))
            throw new UsageException($"There is no file {audio}.");
        IReadOnlyList<string> devices = parsed.GetValue(_trial) is { } device ? [device] : Devices(parsed);
        ModelBundle bundle = _common.LoadBundle(parsed, settings);
        BenchTrial trial = new(bundle, audio is null ? string.Empty : Path.GetFullPath(audio), parsed.GetValue(_runs) ?? DefaultRuns, settings.Threads, _common.UseOptimized(parsed, settings), terminal.WriteError);
        string folder = Path.GetFullPath(parsed.GetValue(_output) ?? "parley-bench");
        if (parsed.GetValue(_trial) is not null)
        {
            BenchResult result = await trial.RunAsync(devices[0], folder, cancellationToken);
            terminal.Output.Write(result.ToJson() + "\n");
            return ExitCode.Done;
        }

        if (audio is not null)
            return await CompareAsync(parsed, terminal, trial, devices, folder, Path.GetFileName(audio), cancellationToken);
        DirectoryInfo temporary = Directory.CreateTempSubdirectory("parley-bench-");
        try
        {
            string sample = Path.Combine(temporary.FullName, SampleAudio.Conversation);
            SampleAudio.WriteRepeated(SampleAudio.Conversation, parsed.GetValue(_seconds) ?? DefaultSeconds, sample);
            return await CompareAsync(parsed, terminal, trial with { Audio = sample }, devices, folder, $"{SampleAudio.Conversation} (repeated)", cancellationToken);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    private async Task<int> CompareAsync(
        ParseResult parsed, Terminal terminal, BenchTrial trial, IReadOnlyList<string> devices, string folder, string recording, CancellationToken cancellationToken)
    {
        BenchMode mode = string.Equals(parsed.GetValue(_mode), DeviceJson.NameOf(BenchMode.Lock), StringComparison.Ordinal) ? BenchMode.Lock : BenchMode.Pool;
        BenchRun run = new(terminal, trial, (arguments, token) => ChildProgram.RunAsync(arguments, TrialLimit, terminal.WriteError, token));
        IReadOnlyList<BenchResult> results = await run.RunAsync(devices, mode, _common.ForChild(parsed, trial.Bundle), folder, cancellationToken);
        if (results.Count == 0)
            return ExitCode.Failed;
        BenchReport report = new(new BenchSetup(recording, trial.Runs, mode), results);
        report.Save(folder);
        report.WriteText(terminal.Output);
        terminal.WriteError($"The report, the chart and the transcripts are in {folder}.");
        return results.Count == devices.Count && report.IsIdentical ? ExitCode.Done : ExitCode.Failed;
    }

    private IReadOnlyList<string> Devices(ParseResult parsed)
    {
        string[] named =
        [
            .. (parsed.GetValue(_devices) ?? [])
                .SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];
        DeviceManager manager = new();
        if (named.Length == 0)
            return [.. manager.AvailableDevices().Where(device => device.Kind != DeviceKind.SoftwareGpu).OrderBy(device => device.Kind != DeviceKind.Cpu).Select(device => device.Name)];
        foreach (string name in named)
        {
            if (!DeviceManager.IsKnownName(name) || string.Equals(name, DeviceOptions.Auto, StringComparison.OrdinalIgnoreCase))
                throw new UsageException($"'{name}' is no device. Known: {string.Join(", ", DeviceManager.KnownNames.Skip(1))}.");
            DeviceReport report = manager.Information(name);
            if (!report.IsAvailable)
                throw new UsageException($"{name} is not available: {report.Reason}.{(report.Remedy is null ? "" : $" {report.Remedy}")}");
        }

        return named;
    }
}
