using System.Diagnostics;
using Parley.Models;

namespace Parley.Inference.Devices;

/// <summary>Measures models on devices against the CPU.</summary>
/// <param name="devices">The devices of this machine. Their profile does not matter: the device that is named is the one that runs.</param>
/// <param name="threads">Threads of the CPU; null lets the program choose.</param>
public sealed class ModelMeter(DeviceManager devices, int? threads = null)
{
    private const int MostRuns = 5;

    // A device that takes longer than this for the runs of one length is measured well enough by fewer: by the first one alone, if need be.
    private static readonly TimeSpan RunBudget = TimeSpan.FromSeconds(3);

    /// <summary>Runs a model with three lengths of input: once to warm up, then up to five times each.</summary>
    /// <param name="stage">The stage that the model serves.</param>
    /// <param name="modelPath">Its file.</param>
    /// <param name="device">Name of the device.</param>
    /// <param name="starting">Told each length of input before its runs, such as <c>500 frames</c>; null for none.</param>
    /// <param name="cancellationToken">Ends a run in progress.</param>
    /// <returns>Numbers, or the problem that the device had.</returns>
    /// <exception cref="ModelFileException">The model runs not even on the CPU.</exception>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    public ModelMeasurement Measure(ModelStage stage, string modelPath, string device, Action<string>? starting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(modelPath);
        Device found = devices.Information(device).Device ?? throw new ArgumentException($"{device} is not available.", nameof(device));
        ModelMeasurement empty = Empty(stage, modelPath, found);
        bool isReference = found.Kind == DeviceKind.Cpu;
        using ModelSession reference = Load(modelPath, CpuBackend.DeviceName, useOptimized: false);
        try
        {
            using ModelSession session = Load(modelPath, found.Name);
            List<LengthMeasurement> lengths = [];
            Dictionary<string, double> differences = new(StringComparer.Ordinal);
            foreach (int size in ProbeInputs.Sizes(stage))
            {
                starting?.Invoke($"{size} {ProbeInputs.UnitOf(stage)}");
                List<ModelInput> inputs = ProbeInputs.Make(stage, session.Inputs, size);
                long start = Stopwatch.GetTimestamp();
                using (ModelOutputs actual = session.Run(inputs, cancellationToken))
                {
                    TimeSpan first = Stopwatch.GetElapsedTime(start);
                    if (!isReference)
                    {
                        using ModelOutputs expected = reference.Run(inputs, cancellationToken);
                        OutputComparison.Add(session.Outputs, expected, actual, differences);
                    }

                    lengths.Add(first > RunBudget ? new LengthMeasurement(size, first.TotalSeconds, 1) : Time(session, inputs, size, cancellationToken));
                }
            }

            return empty with
            {
                Lengths = lengths,
                Differences = [.. differences.Select(item => new OutputDifference(item.Key, item.Value, OutputComparison.Tolerance(stage, item.Key)))],
            };
        }
        catch (InferenceException error) when (!isReference)
        {
            return empty with { Problem = error.Message };
        }
    }

    /// <summary>The measurement of a device that gave no numbers.</summary>
    public static ModelMeasurement Failed(ModelStage stage, string modelPath, Device device, string problem) => Empty(stage, modelPath, device) with { Problem = problem };

    private static ModelMeasurement Empty(ModelStage stage, string modelPath, Device device) => new()
    {
        On = DeviceFingerprint.Of(device),
        ModelSha256 = ModelHash.Of(modelPath),
        ModelBytes = new FileInfo(modelPath).Length,
        Stage = stage.ToString().ToLowerInvariant(),
        Lengths = [],
        Differences = [],
    };

    private static LengthMeasurement Time(ModelSession session, List<ModelInput> inputs, int size, CancellationToken cancellationToken)
    {
        List<double> seconds = [];
        long start = Stopwatch.GetTimestamp();
        do
        {
            long before = Stopwatch.GetTimestamp();
            session.Run(inputs, cancellationToken).Dispose();
            seconds.Add(Stopwatch.GetElapsedTime(before).TotalSeconds);
        }
        while (seconds.Count < MostRuns && Stopwatch.GetElapsedTime(start) < RunBudget);
        seconds.Sort();
        return new LengthMeasurement(size, seconds[(seconds.Count - 1) / 2], seconds.Count);
    }

    private ModelSession Load(string path, string device, bool useOptimized = true)
        => ModelSession.Load(path, new InferenceOptions { Threads = threads, Devices = devices.WithOnly(device), UseOptimized = useOptimized });
}
