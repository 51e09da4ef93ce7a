using Parley.Inference.Devices;
using static Parley.Server.Configuration.Setting;

namespace Parley.Server.Configuration.Keys;

/// <summary>Section <c>funasr</c>: models and devices. Every command obeys it.</summary>
internal static class ModelKeys
{
    /// <summary>Seconds of audio in one batch that make sense (the range of the recogniser's own option).</summary>
    public const double MinBatchSeconds = 1;

    /// <inheritdoc cref="MinBatchSeconds"/>
    public const double MaxBatchSeconds = 3600;

    /// <summary>More threads than any machine has.</summary>
    public const int MaxThreads = 1024;

    private const string OtherModels = "names models of FunASR; here funasr.model_dir and funasr.bundle say which models run";
    private const string OtherSwitches = "switches of FunASR's model library, which this program does not use";

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Choice("funasr.bundle", "FUNASR_BUNDLE", "the name or the directory of a model bundle", NameOrDirectory, o => o.Funasr.Bundle, (o, v) => o with { Funasr = o.Funasr with { Bundle = v } })
            with { Option = "--models" },
        Directory("funasr.model_dir", "FUNASR_MODEL_DIR", o => o.Funasr.ModelDir, (o, v) => o with { Funasr = o.Funasr with { ModelDir = v } }) with { Option = "--models" },
        Bool("funasr.quantized", "FUNASR_QUANTIZED", o => o.Funasr.Quantized, (o, v) => o with { Funasr = o.Funasr with { Quantized = v } }) with { Option = "--quantized" },
        Bool("funasr.optimize", "FUNASR_OPTIMIZE", o => o.Funasr.Optimize, (o, v) => o with { Funasr = o.Funasr with { Optimize = v } }) with { Option = "--no-optimize" },
        Number("funasr.batch_size_s", "FUNASR_BATCH_SIZE_S", MinBatchSeconds, MaxBatchSeconds, "seconds", o => o.Funasr.BatchSizeS, (o, v) => o with { Funasr = o.Funasr with { BatchSizeS = v } })
            with { Option = "--batch-seconds" },
        Int("funasr.ncpu", "FUNASR_NCPU", 0, MaxThreads, o => o.Funasr.Ncpu ?? 0, (o, v) => o with { Funasr = o.Funasr with { Ncpu = v == 0 ? null : v } })
            with { Option = "--threads", Expected = "a number of threads, 0 to let the program choose" },
        Choice("funasr.device", DeviceOptions.DeviceVariable, "auto or the name of a device", static (text, _) => DeviceManager.IsKnownName(text) ? text : null,
            o => o.Funasr.Devices.Device, (o, v) => WithDevices(o, o.Funasr.Devices with { Device = v })) with { Option = "--device", IsLive = true },
        List("funasr.device_priority", DeviceOptions.PriorityVariable, "names of devices", static text => text.Length > 0 ? text : null,
            o => o.Funasr.Devices.Priority, (o, v) => WithDevices(o, o.Funasr.Devices with { Priority = v })) with { IsLive = true },
        Bool("funasr.fallback_on_error", "", o => o.Funasr.Devices.FallbackOnError, (o, v) => WithDevices(o, o.Funasr.Devices with { FallbackOnError = v })) with { IsLive = true },
        Ignored("funasr.model", "", OtherModels),
        Ignored("funasr.model_revision", "", OtherModels),
        Ignored("funasr.vad_model", "", OtherModels),
        Ignored("funasr.vad_model_revision", "", OtherModels),
        Ignored("funasr.punc_model", "", OtherModels),
        Ignored("funasr.punc_model_revision", "", OtherModels),
        Ignored("funasr.spk_model", "", OtherModels),
        Ignored("funasr.spk_model_revision", "", OtherModels),
        Ignored("funasr.disable_update", "", OtherSwitches),
        Ignored("funasr.disable_pbar", "", OtherSwitches),
    ];

    // A name stays a name; what looks like a path is one.
    private static string? NameOrDirectory(string text, SettingContext context)
        => text.AsSpan().IndexOfAny('/', '\\') >= 0 || text is "." or ".." ? FullPath(text, context) : text.Length > 0 ? text : null;

    private static ServerOptions WithDevices(ServerOptions options, DeviceOptions devices) => options with { Funasr = options.Funasr with { Devices = devices } };
}
