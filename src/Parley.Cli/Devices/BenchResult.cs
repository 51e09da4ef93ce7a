using System.Text.Json;

namespace Parley.Cli.Devices;

/// <summary>What one device did in a benchmark.</summary>
internal sealed record BenchResult
{
    /// <summary>Name of the device.</summary>
    public required string Device { get; init; }

    /// <summary>What its maker calls it.</summary>
    public required string Hardware { get; init; }

    /// <summary>Length of the recording.</summary>
    public required double AudioSeconds { get; init; }

    /// <summary>Seconds to load the models.</summary>
    public required double LoadSeconds { get; init; }

    /// <summary>Wall seconds of each run, in their order; warming up is not among them.</summary>
    public required IReadOnlyList<double> RunSeconds { get; init; }

    /// <summary>Seconds of each stage in the median run (of an even number, the mean of the two in the middle), in pipeline order. Stages overlap.</summary>
    public required IReadOnlyList<BenchStage> Stages { get; init; }

    /// <summary>The most memory that the process ever held, in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>The transcript, as <see cref="TranscriptDiff.Lines"/> gives it.</summary>
    public required IReadOnlyList<string> Lines { get; init; }

    /// <summary>Whether all runs on this device gave the same transcript.</summary>
    public required bool RunsAgree { get; init; }

    /// <summary>Median of the runs' wall seconds; of an even number the mean of the two in the middle.</summary>
    public double Seconds => Median.Of(RunSeconds);

    /// <summary>Wall seconds for each second of audio.</summary>
    public double Rtf => Seconds / AudioSeconds;

    /// <summary>Reads what a child printed; null when that is no result.</summary>
    public static BenchResult? FromJson(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<BenchResult>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What a child prints.</summary>
    public string ToJson() => JsonSerializer.Serialize(this);
}

/// <summary>Time of a stage.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Device">Where it ran; null for a stage without a model.</param>
/// <param name="Seconds">Time spent in it.</param>
internal sealed record BenchStage(string Stage, string? Device, double Seconds);
