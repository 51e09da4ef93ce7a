using System.CommandLine;
using Parley.Inference;
using Parley.Models;

namespace Parley.Benchmarks.Comparison;

/// <summary>Options of commands that run models.</summary>
internal sealed class BundleOptions
{
    private readonly Option<string> _models = new("--models") { Required = true, HelpName = "DIR", Description = "The bundle." };
    private readonly Option<bool> _quantized = new("--quantized") { Description = "Take its 8-bit weights." };
    private readonly Option<bool> _original = new("--original") { Description = "Run networks as they are, also where parley models optimize has made faster ones." };
    private readonly Option<int> _threads = new("--threads") { HelpName = "N", Description = "Threads in one model run.", DefaultValueFactory = _ => 1 };

    /// <summary>Adds the options to a command.</summary>
    public BundleOptions(Command command)
    {
        command.Add(_models);
        command.Add(_quantized);
        command.Add(_original);
        command.Add(_threads);
    }

    /// <summary>Reads and checks the bundle.</summary>
    /// <exception cref="ModelFileException">It is missing, incomplete or damaged.</exception>
    public ModelBundle Load(ParseResult parsed)
        => ModelBundle.Load(parsed.GetRequiredValue(_models), new ModelBundleOptions { PreferQuantized = parsed.GetValue(_quantized) });

    /// <summary>Runs on the CPU.</summary>
    public InferenceOptions Inference(ParseResult parsed) => new() { Threads = parsed.GetValue(_threads), UseOptimized = !parsed.GetValue(_original) };
}
