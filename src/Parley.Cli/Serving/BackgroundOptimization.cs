using Parley.Cli.Devices;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Optimization;
using Parley.Server.Configuration;

namespace Parley.Cli.Serving;

/// <summary>
/// Makes the networks of a server faster while it works: once for each bundle and machine, in a process that gives way to everything else. Jobs do not
/// wait for it; the first one that begins afterwards runs the new networks.
/// </summary>
internal static class BackgroundOptimization
{
    // Ten times what a large bundle takes on an idle machine.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    /// <summary>Does it, if it is wanted and has not been done. Never throws: a server works without it.</summary>
    /// <param name="options">The models.</param>
    /// <param name="tell">Told what came of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RunAsync(ModelOptions options, Action<string> tell, CancellationToken cancellationToken)
    {
        try
        {
            // A network that a key puts into a bundle is its owner's to optimise: parley models optimize.
            if (!options.Optimize || options.StageDirectories.Count > 0 || !MayRunOnCpu(options.Devices.Device) || await Task.Run(() => FindUntried(options), cancellationToken) is not { } bundle)
                return;
            tell($"Optimising the networks of {bundle.Name} in the background; see docs/models.md.");
            string[] arguments = ["models", "optimize", bundle.Directory, "--background", .. options.Quantized ? (string[])["--quantized"] : []];
            ChildResult result = await ChildProgram.RunAsync(arguments, Limit, static _ => { }, cancellationToken);
            foreach (string line in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                tell(line);
            if (result.ExitCode is not 0)
                tell($"Optimising failed; the networks run as they were delivered. To see why: parley models optimize {bundle.Directory}");
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or IOException or ModelFileException)
        {
            tell($"Optimising failed; the networks run as they were delivered: {ErrorText.OneLine(error.Message)}");
        }
    }

    private static bool MayRunOnCpu(string device)
        => string.Equals(device, DeviceOptions.Auto, StringComparison.OrdinalIgnoreCase) || string.Equals(device, "cpu", StringComparison.OrdinalIgnoreCase);

    private static ModelBundle? FindUntried(ModelOptions options)
    {
        ModelBundle bundle = ModelBundle.Load(options.Bundle, options.BundleOptions);
        return bundle.Stages.Any(ModelOptimizer.IsUntried) ? bundle : null;
    }
}
