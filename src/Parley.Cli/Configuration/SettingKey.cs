using System.Globalization;
using System.Text.Json;
using Parley.Inference.Devices;

namespace Parley.Cli.Configuration;

/// <summary>A key of config.json that the program obeys.</summary>
/// <remarks>To add one: a property in <see cref="Settings"/>, a row in <see cref="All"/>, its use, a row in docs/configuration.md (a test compares them).</remarks>
/// <param name="Name">Path in the file, such as <c>funasr.ncpu</c>.</param>
/// <param name="Variable">The environment variable that overrides it; empty when there is none.</param>
/// <param name="Option">The option that overrides both; empty when there is none.</param>
/// <param name="Expected">What a value looks like, for messages.</param>
/// <param name="Apply">Puts a value into the settings; relative paths start at the given directory. Null when the value does not convert.</param>
internal sealed record SettingKey(string Name, string Variable, string Option, string Expected, Func<Settings, string, string, Settings?> Apply)
{
    /// <summary>Seconds of audio in one batch that make sense (the range of the recogniser's own option).</summary>
    public const double MinBatchSeconds = 1;

    /// <inheritdoc cref="MinBatchSeconds"/>
    public const double MaxBatchSeconds = 3600;

    /// <summary>More threads than any machine has.</summary>
    public const int MaxThreads = 1024;

    /// <summary>All keys that are obeyed.</summary>
    public static IReadOnlyList<SettingKey> All { get; } =
    [
        new("funasr.model_dir", "FUNASR_MODEL_DIR", "--models", "a directory", static (settings, value, directory)
            => value.Trim().Length == 0 ? null : settings with { ModelDirectory = Path.GetFullPath(value, directory) }),
        new("funasr.batch_size_s", "FUNASR_BATCH_SIZE_S", "--batch-seconds", "seconds between 1 and 3600", static (settings, value, _)
            => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is >= MinBatchSeconds and <= MaxBatchSeconds
                ? settings with { BatchSeconds = seconds } : null),
        new("funasr.ncpu", "FUNASR_NCPU", "--threads", "a number of threads, 0 to let the program choose", static (settings, value, _)
            => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int threads) && threads <= MaxThreads
                ? settings with { Threads = threads == 0 ? null : threads } : null),
        new("funasr.device", DeviceOptions.DeviceVariable, "--device", "auto or the name of a device", static (settings, value, _)
            => DeviceManager.IsKnownName(value.Trim()) ? settings with { Device = value.Trim() } : null),
        new("funasr.device_priority", DeviceOptions.PriorityVariable, "", "names of devices", static (settings, value, _)
            => Names(value) is { Length: > 0 } names ? settings with { DevicePriority = names } : null),
        new("funasr.fallback_on_error", "", "", "true or false", static (settings, value, _)
            => bool.TryParse(value, out bool isAllowed) ? settings with { FallbackOnError = isAllowed } : null),
    ];

    /// <summary>Sections of the seeds' file that are meant for the server.</summary>
    public static IReadOnlySet<string> ServerSections { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "server", "transcription", "database", "notification", "auth", "logging", "observability", "qwen3",
    };

    // An array in the file, a list with commas in the environment.
    private static string? Names(string value)
    {
        if (!value.StartsWith('['))
            return string.Join(',', value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        using JsonDocument array = JsonDocument.Parse(value);
        return array.RootElement.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? string.Join(',', array.RootElement.EnumerateArray().Select(item => item.GetString()))
            : null;
    }
}
