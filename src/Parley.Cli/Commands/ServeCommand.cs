using System.CommandLine;
using System.Globalization;
using Parley.Cli.Configuration;
using Parley.Cli.Serving;
using Parley.Cli.Terminals;
using Parley.Inference.Devices;
using Parley.Server.Configuration;

namespace Parley.Cli.Commands;

/// <summary><c>parley serve</c>: the server, until a signal ends it.</summary>
internal sealed class ServeCommand : ExampleCommand
{
    private readonly CommonOptions _common;

    private readonly Option<string?> _host = new("--host") { HelpName = "ADDRESS", Description = "Address to listen on. Default: server.host, 0.0.0.0." };

    private readonly Option<int?> _port = NumberOption.Create("--port", [], "N", "Port to listen on; 0 for any that is free. Default: server.port, 8767.", 0, 65535);

    private readonly Option<string?> _device = new("--device") { HelpName = "NAME", Description = "Device that runs the models. Default: funasr.device, auto." };

    private readonly Option<string?> _dataDirectory = new("--data-dir")
    {
        HelpName = "DIR",
        Description = "Directory for database, uploads, temporary files and logs, unless their keys say otherwise. Default: data, uploads, temp and logs of the current directory.",
    };

    private readonly Option<bool> _check = new("--check") { Description = "Check configuration, models, directories and port; print what would be used; start nothing." };

    public ServeCommand(Terminal terminal, SignalCancellation? signals)
        : base("serve", "Run the server: WebSocket for the clients of funasr_spk_server, HTTP for health and metrics.", """
            parley serve                                        as config.json and the environment say
            parley serve --host 127.0.0.1 --data-dir /srv/parley  for this machine alone, all files in one place
            parley serve --check                                is everything in order?
            """)
    {
        foreach (Option option in new Option[] { _host, _port, _device, _dataDirectory, _check })
            Options.Add(option);
        _common = new CommonOptions(this, runsModels: true);
        _device.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !DeviceManager.IsKnownName(token.Value))
                result.AddError($"'{token.Value}' is no device. Known: {string.Join(", ", DeviceManager.KnownNames)}.");
        });
        SetAction((parsed, cancellationToken) =>
        {
            ServeRun run = new(Request(parsed), parsed.GetValue(_port) == 0, terminal, signals);
            return parsed.GetValue(_check) ? Task.FromResult(run.Check()) : run.RunAsync(cancellationToken);
        });
    }

    private ConfigurationRequest Request(ParseResult parsed)
    {
        List<CommandLineValue> values = [];
        Add("server.host", parsed.GetValue(_host), "--host");
        Add("server.port", parsed.GetValue(_port) is { } port and not 0 ? port.ToString(CultureInfo.InvariantCulture) : null, "--port");
        Add("funasr.device", parsed.GetValue(_device), "--device");
        Add("funasr.bundle", parsed.GetValue(_common.Models), "--models");
        Add("funasr.quantized", parsed.GetValue(_common.Quantized) ? "true" : null, "--quantized");
        Add("funasr.optimize", parsed.GetValue(_common.NoOptimize) ? "false" : null, "--no-optimize");
        Add("logging.level", parsed.GetValue(_common.Verbose) ? "DEBUG" : null, "--verbose");
        return new ConfigurationRequest
        {
            File = parsed.GetValue(_common.Config),
            Variables = ProcessVariables.Read(),
            CommandLine = values,
            DataDirectory = parsed.GetValue(_dataDirectory) is { } directory ? Path.GetFullPath(directory) : null,
        };

        void Add(string key, string? value, string option)
        {
            if (value is not null)
                values.Add(new CommandLineValue(key, value, option));
        }
    }
}
