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

    /// <summary>A day without a job: longer is never.</summary>
    private const int MaxIdleSeconds = 86_400;

    private const string OtherSwitches = "switches of FunASR's model library, which this program does not use";

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Choice("funasr.bundle", "FUNASR_BUNDLE", "the name or the directory of a model bundle", NameOrDirectory, o => o.Funasr.Bundle, (o, v) => o with { Funasr = o.Funasr with { Bundle = v } })
            with { Option = "--models" },
        Directory("funasr.model_dir", "FUNASR_MODEL_DIR", o => o.Funasr.ModelDir, (o, v) => o with { Funasr = o.Funasr with { ModelDir = v } }) with { Option = "--models" },
        Bundles(),
        Bool("funasr.auto_download", "FUNASR_AUTO_DOWNLOAD", o => o.Funasr.AutoDownload, (o, v) => o with { Funasr = o.Funasr with { AutoDownload = v } }),
        Int("funasr.model_idle_seconds", "FUNASR_MODEL_IDLE_SECONDS", 0, MaxIdleSeconds, o => o.Funasr.ModelIdleSeconds, (o, v) => o with { Funasr = o.Funasr with { ModelIdleSeconds = v } }),
        .. Named("model", static n => n.Asr, static (n, v) => n with { Asr = v }),
        .. Named("vad_model", static n => n.Vad, static (n, v) => n with { Vad = v }),
        .. Named("punc_model", static n => n.Punctuation, static (n, v) => n with { Punctuation = v }),
        .. Named("spk_model", static n => n.Speakers, static (n, v) => n with { Speakers = v }),
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
        Ignored("funasr.disable_update", "", OtherSwitches),
        Ignored("funasr.disable_pbar", "", OtherSwitches),
    ];

    // The keys of FunASR for one model, as its users write them: a short name, the id of a repository, or a directory.
    private static SettingKey[] Named(string name, Func<NamedModels, NamedModel> get, Func<NamedModels, NamedModel, NamedModels> set)
    {
        return
        [
            Text($"funasr.{name}", "", "the name of a model, the id of its repository, or a directory", o => get(o.Funasr.Named).Name, (o, v) => Set(o, model => model with { Name = v }))
                with { Apply = (options, text, context) => ModelOrDirectory(text.Trim(), context) is { } value ? Set(options, model => model with { Name = value }) : null },
            Text($"funasr.{name}_revision", "", "a revision such as v2.0.4", o => get(o.Funasr.Named).Revision, (o, v) => Set(o, model => model with { Revision = v })),
        ];

        ServerOptions Set(ServerOptions options, Func<NamedModel, NamedModel> change)
            => options with { Funasr = options.Funasr with { Named = set(options.Funasr.Named, change(get(options.Funasr.Named))) } };
    }

    // The ids of repositories have slashes, too: a directory is what exists, or begins as no id does.
    private static string? ModelOrDirectory(string text, SettingContext context)
    {
        bool isPath = text is ['.' or '/' or '\\', ..] || Path.IsPathFullyQualified(text);
        if (!isPath && text.AsSpan().IndexOfAny('/', '\\') < 0)
            return text.Length > 0 ? text : null;
        return FullPath(text, context) is { } path && (isPath || System.IO.Directory.Exists(path)) ? path : text;
    }

    private static SettingKey Bundles()
    {
        SettingKey list = List("funasr.bundles", "FUNASR_BUNDLES", "names and directories of model bundles, or *", static text => text.Length > 0 ? text : null,
            o => o.Funasr.Bundles, (o, v) => o with { Funasr = o.Funasr with { Bundles = v } }, mayBeEmpty: true);
        return list with
        {
            Apply = (options, text, context) => list.Apply(options, text, context) is { } applied
                ? applied with { Funasr = applied.Funasr with { Bundles = [.. applied.Funasr.Bundles.Select(item => NameOrDirectory(item, context)!)] } } : null,
        };
    }

    // A name stays a name; what looks like a path is one.
    private static string? NameOrDirectory(string text, SettingContext context)
        => text.AsSpan().IndexOfAny('/', '\\') >= 0 || text is "." or ".." ? FullPath(text, context) : text.Length > 0 ? text : null;

    private static ServerOptions WithDevices(ServerOptions options, DeviceOptions devices) => options with { Funasr = options.Funasr with { Devices = devices } };
}
