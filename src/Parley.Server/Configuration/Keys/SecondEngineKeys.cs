using static Parley.Server.Configuration.Setting;

namespace Parley.Server.Configuration.Keys;

/// <summary>Section <c>qwen3</c>: the second engine of the seeds' server, which this one does not have. Its keys are accepted, so that a file can be kept.</summary>
internal static class SecondEngineKeys
{
    public const string Why = "belongs to the engine qwen3, which this server does not have";

    private const string Section = "qwen3";

    private static readonly string[] Names =
    [
        "asr_model_dir", "segmentation_model", "embedding_model", "num_speakers", "cluster_threshold", "num_threads", "provider", "asr_encoder_provider", "language", "temperature",
        "short_segment_guard_enabled", "short_segment_drop_sec", "short_segment_aba_max_mid_sec", "short_segment_merge_same",
        "cluster_merge_enabled", "cluster_merge_min_main_share", "cluster_merge_relabel_threshold", "cluster_merge_main_threshold", "cluster_merge_dominant_share",
        "cluster_merge_dominant_threshold", "cluster_merge_dominant_minor_threshold",
        "silence_align_enabled", "silence_align_tolerance_sec", "silence_align_min_segment_dur_sec", "silence_vad_noise_db", "silence_vad_min_silence_sec",
        "nospk_split_enabled", "nospk_split_max_segment_sec", "nospk_split_min_segment_sec",
        "word_align_enabled", "word_align_language", "word_align_model_path", "word_align_provider", "word_align_batch_size", "word_align_cuda_batch_size",
        "word_align_preflight_enabled", "word_align_preflight_free_mib", "word_align_sidecar_enabled", "word_align_sidecar_idle_ttl_sec", "word_align_sidecar_align_timeout_sec",
        "backend_mlpackage_units", "encoder_timing_enabled",
    ];

    // Those that are not FUNASR_QWEN3_ and the key in capitals.
    private static readonly Dictionary<string, string> OtherVariables = new(StringComparer.Ordinal)
    {
        ["short_segment_guard_enabled"] = "SHORT_GUARD_ENABLED",
        ["short_segment_drop_sec"] = "SHORT_DROP_SEC",
        ["short_segment_aba_max_mid_sec"] = "SHORT_ABA_MAX_MID_SEC",
        ["short_segment_merge_same"] = "SHORT_MERGE_SAME",
        ["encoder_timing_enabled"] = "ENCODER_TIMING",
    };

    public static IReadOnlyList<SettingKey> All { get; } =
        [.. Names.Select(name => Ignored($"{Section}.{name}", "FUNASR_QWEN3_" + OtherVariables.GetValueOrDefault(name, name.ToUpperInvariant()), Why))];
}
