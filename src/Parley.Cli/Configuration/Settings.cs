using Parley.Inference.Devices;
using Parley.Models;

namespace Parley.Cli.Configuration;

/// <summary>What config.json and the environment say; null where they say nothing. The command line comes on top.</summary>
internal sealed record Settings
{
    /// <summary><c>funasr.bundle</c>: name or full path of a bundle.</summary>
    public string? Bundle { get; init; }

    /// <summary><c>funasr.quantized</c>: whether the smaller weights are taken where there are both kinds.</summary>
    public bool Quantized { get; init; }

    /// <summary><c>funasr.optimize</c>: whether rewritten networks may run.</summary>
    public bool Optimize { get; init; } = true;

    /// <summary><c>funasr.model_dir</c>: a bundle, or the folder in which bundles lie. Full path.</summary>
    public string? ModelDirectory { get; init; }

    /// <summary>Directories that take the places of the bundle's own: <c>funasr.model</c>, <c>funasr.vad_model</c> and their kin.</summary>
    public IReadOnlyDictionary<ModelStage, string> StageDirectories { get; init; } = ModelBundleOptions.NoStages;

    /// <summary><c>funasr.auto_download</c>: whether a bundle of the catalog that is not there is fetched.</summary>
    public bool AutoDownload { get; init; }

    /// <summary><c>funasr.batch_size_s</c>: seconds of audio in one call of the recogniser.</summary>
    public double? BatchSeconds { get; init; }

    /// <summary><c>funasr.ncpu</c>: threads of the models; null lets the program choose.</summary>
    public int? Threads { get; init; }

    /// <summary><c>funasr.device</c>: <c>auto</c> or the name of a device.</summary>
    public string? Device { get; init; }

    /// <summary><c>funasr.device_priority</c>: names separated by commas.</summary>
    public string? DevicePriority { get; init; }

    /// <summary><c>funasr.fallback_on_error</c>: whether another device may take over.</summary>
    public bool? FallbackOnError { get; init; }

    /// <summary>Where names of bundles are looked for first.</summary>
    public IReadOnlyList<string> SearchFolders => ModelDirectory is null ? [] : [ModelDirectory];

    /// <summary>How a device is chosen, with the name that the command line gives.</summary>
    public DeviceOptions DeviceOptions(string? fromCommandLine)
    {
        DeviceOptions defaults = new();
        return defaults with
        {
            Device = fromCommandLine ?? Device ?? defaults.Device,
            Priority = DevicePriority?.Split(',') ?? defaults.Priority,
            FallbackOnError = FallbackOnError ?? defaults.FallbackOnError,
            ProfilePath = DeviceProfile.StandardPath(),
        };
    }

    /// <summary>The bundle to use: that of the command line, else the configured one, else the model directory if it is one, else the one that comes with the program.</summary>
    public string ChooseBundle(string? fromCommandLine)
        => fromCommandLine ?? Bundle ?? (ModelDirectory is { } directory && ModelBundleLocator.IsBundle(directory) ? directory : ModelBundleLocator.DefaultName);
}
