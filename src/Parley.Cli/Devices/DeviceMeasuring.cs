using Parley.Cli.Terminals;
using Parley.Inference.Devices;
using Parley.Models;

namespace Parley.Cli.Devices;

/// <summary>Measures all devices, each in a process of its own, and keeps the profile.</summary>
/// <param name="terminal">Told how it goes.</param>
/// <param name="runChild">Runs this program with the arguments that are given; tests put faults in here.</param>
internal sealed class DeviceMeasuring(Terminal terminal, Func<IReadOnlyList<string>, CancellationToken, Task<ChildResult>> runChild)
{
    /// <summary>Measures and saves after each device, so that an interruption loses only the one in progress.</summary>
    /// <param name="devices">The devices; the CPU first, so that the others have something to be compared with.</param>
    /// <param name="bundle">The models.</param>
    /// <param name="childOptions">Options that a child needs to find the same bundle.</param>
    /// <param name="profilePath">The profile.</param>
    /// <param name="cancellationToken">Ends the child as well.</param>
    /// <returns>Whether every device could be measured; false also when another process is measuring.</returns>
    /// <exception cref="UsageException">The samples are not installed, or the profile cannot be written.</exception>
    public async Task<bool> RunAsync(
        IReadOnlyList<Device> devices, ModelBundle bundle, IReadOnlyList<string> childOptions, string profilePath, CancellationToken cancellationToken)
    {
        // Without them every device would seem to fail.
        foreach (string sample in SampleAudio.All)
            SampleAudio.Find(sample);
        if (Directory.Exists(profilePath))
            throw new UsageException($"{profilePath} is a directory; measurements are kept in a file. Set {DeviceProfile.PathVariable} to one.");
        using ProfileLock? held = ProfileLock.TryTake(profilePath);
        if (held is null)
        {
            terminal.WriteError($"Another process is measuring the devices of this machine ({profilePath} is locked). Its results will count here, too; wait for it.");
            return false;
        }

        DeviceProfile profile = DeviceProfile.Load(profilePath, out string? problem) ?? DeviceProfile.Empty;
        if (problem is not null)
            terminal.WriteError($"warning: {problem}");
        bool allWell = true;
        foreach (Device device in devices.OrderBy(device => device.Kind != DeviceKind.Cpu))
        {
            terminal.WriteError($"Measuring {device.Name} ({device.Description}) ...");
            ChildResult child = await runChild(["devices", "--trial", device.Name, .. childOptions], cancellationToken);
            DeviceTrial trial = (child.ExitCode == ExitCode.Done ? DeviceTrialRun.FromJson(child.Output) : null) ?? Failed(device, bundle, child);
            allWell &= trial.Models.All(model => model.Problem is null);
            profile = profile.With(trial);
            profile.Save(profilePath);
        }

        return allWell;
    }

    private static DeviceTrial Failed(Device device, ModelBundle bundle, ChildResult child)
    {
        string problem = child.ExitCode is { } status ? $"the measuring process ended with status {status}" : "it did not come to an end";
        return new DeviceTrial([.. bundle.Stages.Select(stage => ModelMeter.Failed(stage.Stage, stage.ModelPath, device, problem))], Transcript: null);
    }
}
