using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Parley.Cli.Configuration;
using Parley.Cli.Devices;
using Parley.Cli.Terminals;
using Parley.Models;
using Parley.Optimization;
using Parley.Server.Workers.Host;

namespace Parley.Cli.Commands;

/// <summary><c>parley models optimize</c>: makes the networks of a bundle faster, where results stay the same.</summary>
internal sealed class ModelsOptimizeCommand : ExampleCommand
{
    private const int MaxRuns = 100, DefaultRuns = 5;

    private readonly Argument<string?> _bundle = new("BUNDLE") { Arity = ArgumentArity.ZeroOrOne, Description = "Name or directory; without it, the bundle that transcribe would use." };

    private readonly Option<bool> _again = new("--again") { Description = "Try networks that have been tried before, too: measures anew." };

    private readonly Option<bool> _roundWeights = new("--round-weights")
    {
        Description = "Also round the recogniser's weights to 7 bits where that is faster: its LSTM, and 8-bit matrices on x86 without VNNI. "
            + "Up to 2 % of the sample's tokens may change, times may move by 20 ms. --again without this option takes it back.",
    };

    private readonly Option<int?> _runs = NumberOption.Create("--runs", [], "N", $"Runs of each network that its speed is taken from. Default: {DefaultRuns}.", 1, MaxRuns);

    // How a server calls it: nobody waits for it, so everybody else goes first.
    private readonly Option<bool> _background = new("--background") { Hidden = true, Description = "Gives way to everything else that runs." };

    private readonly CommonOptions _common;

    public ModelsOptimizeCommand(Terminal terminal)
        : base("optimize", "Rewrite the networks of a bundle so that this processor runs and loads them faster, and keep what gives the same results.", """
            parley models optimize                         the bundle that transcribe uses
            parley models optimize official --quantized    its 8-bit weights
            parley models optimize official --again        measure anew
            parley models optimize official --quantized --round-weights
            """)
    {
        Arguments.Add(_bundle);
        foreach (Option option in new Option[] { _again, _roundWeights, _runs, _background })
            Options.Add(option);
        _common = new CommonOptions(this);
        SetAction((parsed, cancellationToken) => Task.FromResult(Run(parsed, terminal, cancellationToken)));
    }

    private int Run(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_background))
            WorkerPriority.StepBack();
        Settings settings = _common.ReadSettings(parsed, terminal, parsed.GetValue(_bundle));
        ModelBundle bundle = _common.LoadBundle(parsed, settings, parsed.GetValue(_bundle));
        using ILoggerFactory loggers = _common.CreateLoggers(parsed, terminal);
        ModelOptimizer optimizer = new(SampleAudio.Find(SampleAudio.Conversation), loggers.CreateLogger<ModelOptimizer>())
        {
            Again = parsed.GetValue(_again),
            RoundWeights = parsed.GetValue(_roundWeights),
            Runs = parsed.GetValue(_runs) ?? DefaultRuns,
        };
        SlowStep steps = new(terminal.WriteError);
        StageOptimization[] results = [.. bundle.Stages.Select(stage => optimizer.Optimize(stage, steps.Begin, cancellationToken))];
        Columns.Write(terminal.Output, [["Stage", "Rewritten", "Original (s)", "Optimised (s)", "Speed", "Now runs", "Weights", "Why"], .. results.Select(Row)]);
        if (!settings.Optimize)
            terminal.WriteError("funasr.optimize is false: originals run nevertheless.");
        return results.Any(result => result.Outcome is OptimizationOutcome.NotKept || result.Mapping is MappingOutcome.NotKept) ? ExitCode.Failed : ExitCode.Done;
    }

    private static string[] Row(StageOptimization result) =>
    [
        result.Stage.ToString().ToLowerInvariant(),
        result.Verdict?.Rewritten ?? "-",
        Number(result.Verdict?.OriginalSeconds, "G3"),
        Number(result.Verdict?.OptimizedSeconds, "G3"),
        Number(result.Verdict?.Speed, "F2"),
        result.Outcome == OptimizationOutcome.Accepted ? "optimised" : "original",
        result.Mapping switch
        {
            MappingOutcome.Mapped => "mapped",
            MappingOutcome.TooSmall => "small",
            MappingOutcome.Refused => "not mapped",
            MappingOutcome.Busy => "busy",
            _ => "not kept",
        },
        result.Reason,
    ];

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
