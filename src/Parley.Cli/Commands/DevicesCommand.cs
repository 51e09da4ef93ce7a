using System.CommandLine;
using Microsoft.Extensions.Logging;
using Parley.Cli.Configuration;
using Parley.Cli.Devices;
using Parley.Cli.Terminals;
using Parley.Inference.Devices;
using Parley.Models;

namespace Parley.Cli.Commands;

/// <summary><c>parley devices</c>: what models can run on here, how fast, and whether the results are right.</summary>
internal sealed class DevicesCommand : ExampleCommand
{
    // Longer than the slowest software driver takes for a small bundle, short enough for a hang.
    private static readonly TimeSpan TrialLimit = TimeSpan.FromMinutes(30);

    private readonly CommonOptions _common;

    private readonly Option<bool> _json = new("--json") { Description = "Write JSON for other programs." };

    private readonly Option<bool> _measure = new("--measure")
    {
        Description = "Run every model on every device and compare with the CPU, before the table. The result is kept, and 'auto' obeys it.",
    };

    // How the command calls itself to measure one device.
    private readonly Option<string?> _trial = new("--trial") { Hidden = true, HelpName = "NAME", Description = "Runs one device in this process and writes its result as JSON." };

    public DevicesCommand(Terminal terminal)
        : base("devices", "Show the devices that models can run on: CPU, GPUs, and what is missing for others.", """
            parley devices                   what there is, and which one is used
            parley devices --measure         measure first; takes a few minutes
            parley devices --json            for other programs
            """)
    {
        Options.Add(_json);
        Options.Add(_measure);
        Options.Add(_trial);
        _common = new CommonOptions(this);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, terminal, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        Settings settings = _common.ReadSettings(parsed, terminal);
        ModelBundle? bundle = Bundle(parsed, settings, terminal);
        if (parsed.GetValue(_trial) is { } device)
        {
            DeviceTrial trial = await new DeviceTrialRun(bundle!, device, settings.Threads, terminal.WriteError).RunAsync(cancellationToken);
            terminal.Output.Write(DeviceTrialRun.ToJson(trial) + "\n");
            return ExitCode.Done;
        }

        int exitCode = ExitCode.Done;
        if (parsed.GetValue(_measure))
        {
            DeviceManager all = new(settings.DeviceOptions(fromCommandLine: null) with { ProfilePath = null });
            string path = DeviceProfile.StandardPath() ?? throw new UsageException($"There is no home directory to keep measurements in. Set {DeviceProfile.PathVariable} to a file.");
            DeviceMeasuring measuring = new(terminal, (arguments, token) => ChildProgram.RunAsync(arguments, TrialLimit, terminal.WriteError, token));
            bool allWell = await measuring.RunAsync(all.AvailableDevices(), bundle!, _common.ForChild(parsed, bundle!), path, cancellationToken);
            exitCode = allWell ? ExitCode.Done : ExitCode.Failed;
        }

        using ILoggerFactory loggers = _common.CreateLoggers(parsed, terminal);
        DeviceTable table = new(new DeviceManager(settings.DeviceOptions(fromCommandLine: null), loggers.CreateLogger<DeviceManager>()), bundle);
        if (parsed.GetValue(_json))
            table.WriteJson(terminal.Output);
        else
            table.WriteText(terminal.Output);
        return exitCode;
    }

    // The table is useful without models; measuring is not.
    private ModelBundle? Bundle(ParseResult parsed, Settings settings, Terminal terminal)
    {
        try
        {
            return _common.LoadBundle(parsed, settings);
        }
        catch (ModelFileException error) when (!parsed.GetValue(_measure) && parsed.GetValue(_trial) is null)
        {
            terminal.WriteError($"warning: {ErrorText.Of(error)}");
            return null;
        }
    }
}
