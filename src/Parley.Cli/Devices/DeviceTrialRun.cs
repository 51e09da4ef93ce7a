using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Transcripts;

namespace Parley.Cli.Devices;

/// <summary>Measures one device: every model of a bundle, then the whole pipeline on the samples. Runs in a process of its own.</summary>
/// <param name="bundle">The models.</param>
/// <param name="device">Name of the device.</param>
/// <param name="threads">Threads of the CPU; null lets the program choose.</param>
/// <param name="tell">Told how it goes.</param>
internal sealed class DeviceTrialRun(ModelBundle bundle, string device, int? threads, Action<string> tell)
{
    // A sample that would take longer than this is left out: the shorter ones have said what there is to say about a device that slow.
    private static readonly TimeSpan SampleBudget = TimeSpan.FromMinutes(1);

    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Measures.</summary>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    public async Task<DeviceTrial> RunAsync(CancellationToken cancellationToken)
    {
        DeviceManager devices = new();
        ModelMeter meter = new(devices, threads);
        List<ModelMeasurement> models = [];
        foreach (StageModelFiles stage in bundle.Stages)
        {
            string name = stage.Stage.ToString().ToLowerInvariant();
            SlowStep steps = new(tell);
            models.Add(meter.Measure(stage.Stage, stage.ModelPath, device, length => steps.Begin($"{device}: {name}, {length} ..."), cancellationToken));
            tell($"{device}: {name} {models[^1].Objection ?? string.Create(CultureInfo.InvariantCulture, $"{models[^1].TotalSeconds:F3} s")}");
        }

        bool isReference = devices.Information(device).Device!.Kind == DeviceKind.Cpu;
        if (isReference || models.Any(model => model.Objection is not null))
            return new DeviceTrial(models, Transcript: null);
        (string samples, string? difference) = await CompareAsync(cancellationToken);
        tell($"{device}: {(difference is null ? $"same transcripts as the CPU ({samples})" : $"transcripts differ from the CPU's: {difference}")}");
        return new DeviceTrial(models, new TranscriptCheck
        {
            On = models[0].On,
            ModelSha256 = models.First(model => string.Equals(model.Stage, "asr", StringComparison.Ordinal)).ModelSha256,
            Sample = samples,
            Difference = difference,
        });
    }

    /// <summary>What a child prints.</summary>
    public static string ToJson(DeviceTrial trial) => JsonSerializer.Serialize(trial, Json);

    /// <summary>Reads what a child printed; null when that is no trial.</summary>
    public static DeviceTrial? FromJson(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<DeviceTrial>(text, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The samples that were transcribed, and the first difference.
    private async Task<(string Samples, string? Difference)> CompareAsync(CancellationToken cancellationToken)
    {
        List<string> done = [];
        double secondsPerSecond = 0;
        try
        {
            using DevicePipeline reference = new(bundle, "cpu", threads, useOptimized: false, tell), other = new(bundle, device, threads, useOptimized: false, tell);
            foreach (string sample in SampleAudio.All)
            {
                string path = SampleAudio.Find(sample);
                Transcript expected = await reference.TranscribeAsync(path, cancellationToken);
                if (expected.Duration * secondsPerSecond > SampleBudget)
                    continue;
                done.Add(sample);
                Transcript actual = await other.TranscribeAsync(path, cancellationToken);
                secondsPerSecond = Math.Max(secondsPerSecond, actual.Receipt.Rtf);
                if (TranscriptDiff.Between(TranscriptDiff.Lines(expected), TranscriptDiff.Lines(actual)) is { Count: > 0 } lines)
                    return (sample, string.Join(' ', lines.Take(2)));
            }
        }
        catch (InferenceException error)
        {
            return (string.Join(", ", done), error.Message);
        }

        return (string.Join(", ", done), null);
    }
}
