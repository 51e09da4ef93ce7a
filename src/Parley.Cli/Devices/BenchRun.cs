using Parley.Cli.Terminals;
using Parley.Inference;

namespace Parley.Cli.Devices;

/// <summary>Benchmarks devices one after the other.</summary>
/// <param name="terminal">Told how it goes.</param>
/// <param name="trial">What is done on each.</param>
/// <param name="runChild">Runs this program with the arguments that are given; tests put faults in here.</param>
internal sealed class BenchRun(Terminal terminal, BenchTrial trial, Func<IReadOnlyList<string>, CancellationToken, Task<ChildResult>> runChild)
{
    /// <summary>Runs on each device; those that fail are told of and left out.</summary>
    /// <param name="devices">Names of the devices.</param>
    /// <param name="mode">Where they run.</param>
    /// <param name="childOptions">Options that a child needs to find the same bundle.</param>
    /// <param name="folder">Receives a folder for each device.</param>
    /// <param name="cancellationToken">Ends the run in progress.</param>
    public async Task<IReadOnlyList<BenchResult>> RunAsync(
        IReadOnlyList<string> devices, BenchMode mode, IReadOnlyList<string> childOptions, string folder, CancellationToken cancellationToken)
    {
        List<BenchResult> results = [];
        foreach (string device in devices)
        {
            terminal.WriteError($"Running on {device} ...");
            string own = Path.Combine(folder, device.Replace(':', '-'));
            try
            {
                results.Add(mode == BenchMode.Lock
                    ? await trial.RunAsync(device, own, cancellationToken)
                    : await InChildAsync(device, own, childOptions, cancellationToken));
            }
            catch (InferenceException error)
            {
                terminal.WriteError($"{device} is left out: {error.Message}");
            }
        }

        return results;
    }

    private async Task<BenchResult> InChildAsync(string device, string folder, IReadOnlyList<string> childOptions, CancellationToken cancellationToken)
    {
        ChildResult child = await runChild(["bench", trial.Audio, "--trial", device, "--runs", $"{trial.Runs}", "-o", folder, .. childOptions], cancellationToken);
        if ((child.ExitCode == ExitCode.Done ? BenchResult.FromJson(child.Output) : null) is { } result)
            return result;
        string problem = child.ExitCode is { } status ? $"its process ended with status {status}." : "it took too long and was ended.";
        throw new InferenceException(InferenceFault.RunFailed, trial.Bundle.Directory, device, problem);
    }
}
