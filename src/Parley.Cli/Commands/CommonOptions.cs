using System.CommandLine;
using Microsoft.Extensions.Logging;
using Parley.Cli.Configuration;
using Parley.Cli.Terminals;
using Parley.Models;

namespace Parley.Cli.Commands;

/// <summary>Options that all commands share, and what follows from them.</summary>
internal sealed class CommonOptions
{
    /// <param name="command">The command that gets the options.</param>
    /// <param name="runsModels">Whether it transcribes, so that rewritten networks matter.</param>
    public CommonOptions(Command command, bool runsModels = false)
    {
        command.Options.Add(Models);
        command.Options.Add(Quantized);
        if (runsModels)
            command.Options.Add(NoOptimize);
        command.Options.Add(Config);
        command.Options.Add(Verbose);
    }

    public Option<string?> Models { get; } = new("--models", "--model")
    {
        HelpName = "DIR|NAME",
        Description = "Model bundle: a directory, or the name of an installed one. Default: funasr.bundle, else funasr.model_dir if it is a bundle, else what funasr.model and its kin name, else demo.",
    };

    public Option<bool> Quantized { get; } = new("--quantized")
    {
        Description = "Take model_quant.onnx where a model has both kinds of weights: smaller, and faster on some processors.",
    };

    public Option<bool> NoOptimize { get; } = new("--no-optimize")
    {
        Description = "Run the networks as they were delivered, not those that parley models optimize has made of them.",
    };

    public Option<string?> Config { get; } = new("--config")
    {
        HelpName = "FILE",
        Description = "Configuration file. Default: config.json of the current directory if it has a section funasr.",
    };

    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Show debug messages, stage times, and stack traces of errors." };

    /// <param name="parsed">The command line.</param>
    /// <param name="terminal">Where warnings go.</param>
    /// <param name="named">The bundle that an argument names; null looks at <see cref="Models"/>.</param>
    public Settings ReadSettings(ParseResult parsed, Terminal terminal, string? named = null)
        => SettingsReader.Read(parsed.GetValue(Config), Environment.GetEnvironmentVariable, warning => terminal.WriteError($"warning: {warning}"), named ?? parsed.GetValue(Models));

    public ModelBundleOptions BundleOptions(ParseResult parsed, Settings settings)
        => new() { PreferQuantized = parsed.GetValue(Quantized) || settings.Quantized, SearchFolders = settings.SearchFolders };

    /// <summary>Finds and checks the bundle to use.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="settings">What the configuration says.</param>
    /// <param name="named">The bundle that an argument names; null looks at <see cref="Models"/>.</param>
    /// <exception cref="ModelFileException">It is missing, incomplete or damaged.</exception>
    public ModelBundle LoadBundle(ParseResult parsed, Settings settings, string? named = null)
        => ModelBundle.Load(settings.ChooseBundle(named ?? parsed.GetValue(Models)), BundleOptions(parsed, settings) with { StageDirectories = settings.StageDirectories });

    /// <summary>Whether rewritten networks may run.</summary>
    public bool UseOptimized(ParseResult parsed, Settings settings) => settings.Optimize && !parsed.GetValue(NoOptimize);

    public ILoggerFactory CreateLoggers(ParseResult parsed, Terminal terminal, bool quiet = false)
    {
        bool verbose = parsed.GetValue(Verbose);
        return LoggerFactory.Create(builder => builder
            .SetMinimumLevel(verbose ? LogLevel.Debug : quiet ? LogLevel.Error : LogLevel.Warning)
            .AddProvider(new TerminalLoggerProvider(terminal, verbose)));
    }

    /// <summary>The options with which a child process finds the same settings and the same bundle.</summary>
    public IReadOnlyList<string> ForChild(ParseResult parsed, ModelBundle bundle)
    {
        // Stages from elsewhere come from the configuration, which the child reads, too.
        bool isWhole = bundle.Stages.All(stage => stage.Directory.StartsWith(bundle.Directory, StringComparison.Ordinal));
        List<string> options = parsed.GetValue(Models) is null && !isWhole ? [] : ["--models", bundle.Directory];
        if (parsed.GetValue(Quantized))
            options.Add("--quantized");
        if (parsed.GetValue(NoOptimize))
            options.Add("--no-optimize");
        if (parsed.GetValue(Config) is { } config)
            options.AddRange(["--config", config]);
        if (parsed.GetValue(Verbose))
            options.Add("--verbose");
        return options;
    }
}
