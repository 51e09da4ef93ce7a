using Parley.Server.Workers;

namespace Parley.Server.Telemetry.StatusApi;

/// <summary>Which device runs which stage, and why. Pure.</summary>
internal static class StageDevices
{
    /// <summary>Stages in the order of the pipeline, each with the devices that workers run it on.</summary>
    /// <param name="workers">A worker tells <c>asr cpu</c> for each stage and then <c>cpu: the reason</c> for the device that it chose.</param>
    /// <returns>The reason is null where a stage left the chosen device.</returns>
    public static IReadOnlyList<(string Stage, string Device, string? Why)> Of(IReadOnlyList<WorkerStatus> workers)
    {
        List<(string Stage, string Device, string? Why)> devices = [];
        foreach (IReadOnlyList<string> lines in workers.Select(worker => worker.Devices))
        {
            (string Device, string Why)[] choices = [.. lines.Where(line => line.Contains(": ", StringComparison.Ordinal)).Select(line => line.Split(": ", 2)).Select(parts => (parts[0], parts[1]))];
            foreach (string[] words in lines.Select(line => line.Split(' ')).Where(words => words.Length == 2))
            {
                string? why = choices.FirstOrDefault(choice => string.Equals(choice.Device, words[1], StringComparison.Ordinal)).Why;
                if (!devices.Exists(known => string.Equals(known.Stage, words[0], StringComparison.Ordinal) && string.Equals(known.Device, words[1], StringComparison.Ordinal)))
                    devices.Add((words[0], words[1], why));
            }
        }

        return devices;
    }
}
