using static Parley.Server.Configuration.Setting;

namespace Parley.Server.Configuration.Keys;

/// <summary>Section <c>transcription</c>.</summary>
internal static class TranscriptionKeys
{
    private const string OnlyEngine = "funasr";
    private const string SecondEngine = "qwen3";
    private const int Day = 86_400;

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Choice("transcription.concurrency_mode", "FUNASR_CONCURRENCY_MODE", "pool or lock", Mode,
            o => o.Transcription.ConcurrencyMode == ConcurrencyMode.Pool ? "pool" : "lock",
            (o, v) => With(o, o.Transcription with { ConcurrencyMode = v is "pool" ? ConcurrencyMode.Pool : ConcurrencyMode.Lock })),
        Int("transcription.max_concurrent_tasks", "FUNASR_MAX_CONCURRENT_TASKS", 1, 1024, o => o.Transcription.MaxConcurrentTasks, (o, v) => With(o, o.Transcription with { MaxConcurrentTasks = v })),
        Int("transcription.max_queue_size", "FUNASR_MAX_QUEUE_SIZE", 1, 1_000_000, o => o.Transcription.MaxQueueSize, (o, v) => With(o, o.Transcription with { MaxQueueSize = v })) with { IsLive = true },
        Int("transcription.max_queued_per_client", "FUNASR_MAX_QUEUED_PER_CLIENT", 0, 1_000_000, o => o.Transcription.MaxQueuedPerClient, (o, v) => With(o, o.Transcription with { MaxQueuedPerClient = v })) with { IsLive = true },
        Int("transcription.task_timeout_minutes", "FUNASR_TASK_TIMEOUT_MINUTES", 1, 100_000, o => o.Transcription.TaskTimeoutMinutes, (o, v) => With(o, o.Transcription with { TaskTimeoutMinutes = v })) with { IsLive = true },
        Int("transcription.retry_times", "", 0, 100, o => o.Transcription.RetryTimes, (o, v) => With(o, o.Transcription with { RetryTimes = v })) with { IsLive = true },
        Bool("transcription.cache_enabled", "", o => o.Transcription.CacheEnabled, (o, v) => With(o, o.Transcription with { CacheEnabled = v })) with { IsLive = true },
        Bool("transcription.cache_cross_engine", "FUNASR_CACHE_CROSS_ENGINE", o => o.Transcription.CacheCrossEngine, (o, v) => With(o, o.Transcription with { CacheCrossEngine = v })) with { IsLive = true },
        Bool("transcription.delete_after_transcription", "", o => o.Transcription.DeleteAfterTranscription, (o, v) => With(o, o.Transcription with { DeleteAfterTranscription = v })) with { IsLive = true },
        Bool("transcription.queue_status_enabled", "", o => o.Transcription.QueueStatusEnabled, (o, v) => With(o, o.Transcription with { QueueStatusEnabled = v })),
        Number("transcription.transcription_speed_ratio", "FUNASR_TRANSCRIPTION_SPEED_RATIO", 0.01, 10_000, "seconds of audio per second",
            o => o.Transcription.TranscriptionSpeedRatio, (o, v) => With(o, o.Transcription with { TranscriptionSpeedRatio = v })) with { IsLive = true },
        Choice("transcription.default_engine", "FUNASR_DEFAULT_ENGINE", OnlyEngine, Engine, o => o.Transcription.DefaultEngine, (o, v) => With(o, o.Transcription with { DefaultEngine = v })),
        Int("transcription.task_retention_ttl_seconds", "FUNASR_TASK_RETENTION_TTL_SECONDS", 0, 365 * Day, o => o.Transcription.TaskRetentionTtlSeconds, (o, v) => With(o, o.Transcription with { TaskRetentionTtlSeconds = v })) with { IsLive = true },
        Int("transcription.task_max_retained", "FUNASR_TASK_MAX_RETAINED", 0, 1_000_000, o => o.Transcription.TaskMaxRetained, (o, v) => With(o, o.Transcription with { TaskMaxRetained = v })) with { IsLive = true },
        Int("transcription.task_cleanup_interval_seconds", "FUNASR_TASK_CLEANUP_INTERVAL_SECONDS", 1, Day, o => o.Transcription.TaskCleanupIntervalSeconds, (o, v) => With(o, o.Transcription with { TaskCleanupIntervalSeconds = v })),
        Int("transcription.task_max_processing_seconds", "FUNASR_TASK_MAX_PROCESSING_SECONDS", 1, 365 * Day, o => o.Transcription.TaskMaxProcessingSeconds, (o, v) => With(o, o.Transcription with { TaskMaxProcessingSeconds = v })) with { IsLive = true },
        Int("transcription.upload_session_ttl_seconds", "FUNASR_UPLOAD_SESSION_TTL_SECONDS", 1, 365 * Day, o => o.Transcription.UploadSessionTtlSeconds, (o, v) => With(o, o.Transcription with { UploadSessionTtlSeconds = v })),
        Int("transcription.upload_session_max_count", "FUNASR_UPLOAD_SESSION_MAX_COUNT", 1, 1_000_000, o => o.Transcription.UploadSessionMaxCount, (o, v) => With(o, o.Transcription with { UploadSessionMaxCount = v })),
        Int("transcription.orphan_file_grace_seconds", "FUNASR_ORPHAN_FILE_GRACE_SECONDS", 0, 365 * Day, o => o.Transcription.OrphanFileGraceSeconds, (o, v) => With(o, o.Transcription with { OrphanFileGraceSeconds = v })) with { IsLive = true },
        Int("transcription.worker_memory_mb", "FUNASR_WORKER_MEMORY_MB", 0, int.MaxValue, o => o.Transcription.WorkerMemoryMb, (o, v) => With(o, o.Transcription with { WorkerMemoryMb = v })),
        Int("transcription.worker_max_jobs", "FUNASR_WORKER_MAX_JOBS", 0, int.MaxValue, o => o.Transcription.WorkerMaxJobs, (o, v) => With(o, o.Transcription with { WorkerMaxJobs = v })),
        Bool("transcription.error_after_failure", "FUNASR_ERROR_AFTER_FAILURE", o => o.Transcription.ErrorAfterFailure, (o, v) => With(o, o.Transcription with { ErrorAfterFailure = v })),
        Bool("transcription.queue_full_as_error", "FUNASR_QUEUE_FULL_AS_ERROR", o => o.Transcription.QueueFullAsError, (o, v) => With(o, o.Transcription with { QueueFullAsError = v })),
        Bool("transcription.early_hit_for_chunked", "FUNASR_EARLY_HIT_FOR_CHUNKED", o => o.Transcription.EarlyHitForChunked, (o, v) => With(o, o.Transcription with { EarlyHitForChunked = v })),
        Bool("transcription.itn", "FUNASR_ITN", o => o.Transcription.Itn, (o, v) => With(o, o.Transcription with { Itn = v })),
        Ignored("transcription.load_balancing_enabled", "", "the queue always gives a job to the worker that is free"),
        Ignored("transcription.qwen3_pool_size", "FUNASR_QWEN3_POOL_SIZE", SecondEngineKeys.Why),
    ];

    private static ServerOptions With(ServerOptions options, TranscriptionOptions transcription) => options with { Transcription = transcription };

    private static string? Mode(string text, SettingContext context)
    {
        string mode = text.ToLowerInvariant();
        if (mode is not "thread_pool")
            return mode is "pool" or "lock" ? mode : null;
        context.Warn("transcription.concurrency_mode: thread_pool is an old name; lock is used. Write lock, or pool for worker processes.");
        return "lock";
    }

    private static string? Engine(string text, SettingContext context)
    {
        string engine = text.ToLowerInvariant();
        if (engine is SecondEngine)
            context.Warn($"transcription.default_engine: this server has one engine, {OnlyEngine}, and uses it in place of {SecondEngine}; clients that ask for {SecondEngine} are refused.");
        return engine is OnlyEngine or SecondEngine ? OnlyEngine : null;
    }
}
