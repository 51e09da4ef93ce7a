using Parley.Inference.Devices;
using Parley.Models;

namespace Parley.Server.Configuration;

/// <summary>
/// Everything the server can be told, by the sections of config.json. Paths are full paths. Immutable: a reload makes a new one.
/// </summary>
/// <remarks>To add a key: a property here, a row in the table of keys, its use, a row in docs/configuration.md (a test compares them).</remarks>
internal sealed record ServerOptions
{
    public ListenOptions Server { get; init; } = new();

    public ModelOptions Funasr { get; init; } = new();

    public TranscriptionOptions Transcription { get; init; } = new();

    public DatabaseOptions Database { get; init; } = new();

    public NotificationOptions Notification { get; init; } = new();

    public WebhookOptions Webhooks { get; init; } = new();

    public AuthOptions Auth { get; init; } = new();

    public LoggingOptions Logging { get; init; } = new();

    public ObservabilityOptions Observability { get; init; } = new();
}

/// <summary>Section <c>server</c>: where the server listens, and what it takes.</summary>
internal sealed record ListenOptions
{
    public string Host { get; init; } = "0.0.0.0";

    public int Port { get; init; } = 8767;

    /// <summary>Connections beyond this are refused before the upgrade, with status 503.</summary>
    public int MaxConnections { get; init; } = 100;

    /// <summary>Largest file, and largest WebSocket message, in MiB.</summary>
    public int MaxFileSizeMb { get; init; } = 5000;

    /// <summary>With the dot, lower case.</summary>
    public IReadOnlyList<string> AllowedExtensions { get; init; } = [".wav", ".mp3", ".mp4", ".m4a", ".flac", ".aac", ".ogg", ".opus", ".webm"];

    /// <summary>Origins of other sites whose pages may use the HTTP APIs, such as <c>https://app.example.com</c>.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    public string TempDir { get; init; } = Path.GetFullPath("temp");

    public string UploadDir { get; init; } = Path.GetFullPath("uploads");

    /// <summary>A peer that answers no ping for so long is gone.</summary>
    public int ConnectionTimeoutSeconds { get; init; } = 120;

    public int HeartbeatIntervalSeconds { get; init; } = 60;

    /// <summary>Seconds that running jobs get to end after the server was asked to stop; what still runs then is queued again.</summary>
    public int StopGraceSeconds { get; init; } = 30;

    /// <summary>Below so much free space on the volume of the uploads, new ones are refused.</summary>
    public int MinFreeDiskMb { get; init; } = 512;

    /// <summary>Hours after the end of a job for which its recording stays when that was asked for; 0: as long as the job is known.</summary>
    public int KeepRecordingsHours { get; init; } = 72;

    /// <summary>Idle hours after which a resumable upload is dropped: people come back after a meal, and the next morning.</summary>
    public int ResumableUploadHours { get; init; } = 24;
}

/// <summary>Section <c>funasr</c>: models and devices.</summary>
internal sealed record ModelOptions
{
    /// <summary>In <see cref="Bundles"/>: every bundle that is installed.</summary>
    public const string EveryBundle = "*";

    /// <summary>A bundle's directory or name.</summary>
    public string Bundle { get; init; } = "demo";

    /// <summary>Folder in which names of bundles are looked for first; null for none.</summary>
    public string? ModelDir { get; init; }

    /// <summary>Bundles that jobs may ask for besides <see cref="Bundle"/>: names, directories, or <see cref="EveryBundle"/>.</summary>
    public IReadOnlyList<string> Bundles { get; init; } = [];

    /// <summary>Models that FunASR's own keys name.</summary>
    public NamedModels Named { get; init; } = new();

    /// <summary>Directories that take the places of the bundle's own.</summary>
    public IReadOnlyDictionary<ModelStage, string> StageDirectories { get; init; } = ModelBundleOptions.NoStages;

    /// <summary>Whether bundles of the catalog that are not there are fetched before work begins.</summary>
    public bool AutoDownload { get; init; }

    /// <summary>Seconds without a job after which models are unloaded; 0 for never.</summary>
    public int ModelIdleSeconds { get; init; }

    /// <summary>All bundles that are named, the default first.</summary>
    public IReadOnlyList<string> WantedBundles => [Bundle, .. Bundles.Where(name => name is not EveryBundle)];

    /// <summary>How the bundle is found.</summary>
    public ModelBundleOptions BundleOptions => new()
    {
        PreferQuantized = Quantized,
        SearchFolders = ModelDir is { } folder ? [folder] : [],
        StageDirectories = StageDirectories,
    };

    public bool Quantized { get; init; }

    /// <summary>Whether networks are made faster where that changes nothing about their results.</summary>
    public bool Optimize { get; init; } = true;

    /// <summary>Seconds of audio in one call of the recogniser.</summary>
    public double BatchSizeS { get; init; } = 60;

    /// <summary>Threads of one pipeline; null shares the cores out among the workers.</summary>
    public int? Ncpu { get; init; }

    public DeviceOptions Devices { get; init; } = new();
}

/// <summary>Where jobs run.</summary>
internal enum ConcurrencyMode
{
    /// <summary>In worker processes, one job each at a time.</summary>
    Pool,

    /// <summary>In the server's own process, one after another.</summary>
    Lock,
}

/// <summary>Section <c>transcription</c>: queue, workers, cache, limits.</summary>
internal sealed record TranscriptionOptions
{
    public ConcurrencyMode ConcurrencyMode { get; init; } = ConcurrencyMode.Pool;

    /// <summary>Workers of a pool.</summary>
    public int MaxConcurrentTasks { get; init; } = 2;

    /// <summary>Waiting jobs; running ones do not count.</summary>
    public int MaxQueueSize { get; init; } = 100;

    /// <summary>Waiting jobs of one client (user, else address); 0 for no limit but the queue's.</summary>
    public int MaxQueuedPerClient { get; init; }

    /// <summary>Upper bound of the time that one job may run.</summary>
    public int TaskTimeoutMinutes { get; init; } = 30;

    /// <summary>Further attempts after a fault of ours.</summary>
    public int RetryTimes { get; init; } = 2;

    public bool CacheEnabled { get; init; } = true;

    public bool CacheCrossEngine { get; init; } = true;

    public bool DeleteAfterTranscription { get; init; } = true;

    /// <summary>False: accepted uploads are always acknowledged with <c>upload_complete</c>.</summary>
    public bool QueueStatusEnabled { get; init; } = true;

    /// <summary>Expected seconds of audio per second of work, until measured; only for progress and estimates.</summary>
    public double TranscriptionSpeedRatio { get; init; } = 10;

    public string DefaultEngine { get; init; } = "funasr";

    public int TaskRetentionTtlSeconds { get; init; } = 3600;

    public int TaskMaxRetained { get; init; } = 500;

    public int TaskCleanupIntervalSeconds { get; init; } = 60;

    public int TaskMaxProcessingSeconds { get; init; } = 3600;

    /// <summary>Idle seconds after which an open upload is dropped.</summary>
    public int UploadSessionTtlSeconds { get; init; } = 1800;

    public int UploadSessionMaxCount { get; init; } = 200;

    public int OrphanFileGraceSeconds { get; init; } = 7200;

    /// <summary>A worker above this is replaced; 0 for no limit.</summary>
    public int WorkerMemoryMb { get; init; } = 4096;

    /// <summary>A worker is replaced after so many jobs; 0 for never.</summary>
    public int WorkerMaxJobs { get; init; } = 200;

    /// <summary>Whether a failed <c>task_progress</c> is followed by an <c>error</c> frame <c>task_failed</c>.</summary>
    public bool ErrorAfterFailure { get; init; } = true;

    /// <summary>Whether a full queue is told as <c>error</c> (first era) in place of <c>queue_full</c>.</summary>
    public bool QueueFullAsError { get; init; }

    /// <summary>Whether a chunked upload of a cached file is answered at once, without the upload.</summary>
    public bool EarlyHitForChunked { get; init; }

    /// <summary>Whether numbers are written in figures for those who do not say.</summary>
    public bool Itn { get; init; }
}

/// <summary>Section <c>database</c>.</summary>
internal sealed record DatabaseOptions
{
    /// <summary>Jobs and results.</summary>
    public string Path { get; init; } = System.IO.Path.GetFullPath("data/parley.db");

    public int MaxCacheDays { get; init; } = 30;

    public int MaxCacheCount { get; init; } = 5000;

    /// <summary>Cap of everything the cache keeps, in MiB; 0 for none.</summary>
    public int MaxCacheMb { get; init; } = 2048;
}

/// <summary>Section <c>notification</c>: the WeCom robot.</summary>
internal sealed record NotificationOptions
{
    public bool Enabled { get; init; } = true;

    /// <summary>Secret. Null or empty: nothing is sent.</summary>
    public string? WebhookUrl { get; init; }

    public int RetryTimes { get; init; } = 3;

    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>More job messages within a minute are put together into one.</summary>
    public int MaxPerMinute { get; init; } = 20;
}

/// <summary>Section <c>webhooks</c>: messages to programs about jobs that end.</summary>
internal sealed record WebhookOptions
{
    /// <summary>Told about every job.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>Signs messages; null: nothing is sent.</summary>
    public string? Secret { get; init; }

    /// <summary>Whether addresses in private networks, and on this machine, may be told.</summary>
    public bool AllowPrivateNetworks { get; init; }
}

/// <summary>Section <c>auth</c>.</summary>
internal sealed record AuthOptions
{
    public const string PlaceholderKey = "your-secret-key-change-this-in-production";

    public bool Enabled { get; init; }

    /// <summary>Secret.</summary>
    public string SecretKey { get; init; } = PlaceholderKey;

    /// <summary>HS256, HS384 or HS512.</summary>
    public string Algorithm { get; init; } = "HS256";

    public int AccessTokenExpireMinutes { get; init; } = 1440;

    /// <summary>Lets the server start with authentication on and the placeholder key.</summary>
    public bool AllowDefaultKey { get; init; }
}

/// <summary>Section <c>logging</c>.</summary>
internal sealed record LoggingOptions
{
    /// <summary>TRACE, DEBUG, INFO, WARNING, ERROR or CRITICAL.</summary>
    public string Level { get; init; } = "INFO";

    public string LogDir { get; init; } = Path.GetFullPath("logs");

    /// <summary>Pattern of a line, as the seeds' server writes it (<c>{time} | {level} | {message}</c>); null for ours.</summary>
    public string? Format { get; init; }

    /// <summary>Size at which a file is followed by the next.</summary>
    public int RotationMb { get; init; } = 100;

    public int RetentionDays { get; init; } = 7;
}

/// <summary>Section <c>observability</c>.</summary>
internal sealed record ObservabilityOptions
{
    public bool MetricsEnabled { get; init; } = true;

    /// <summary>Secret. Null: <c>/metrics</c> is open, but refused when the server listens on all addresses.</summary>
    public string? MetricsToken { get; init; }

    public bool AlertEnabled { get; init; }

    public double AlertQueueSaturationRatio { get; init; } = 0.8;

    public int AlertErrorSurgeThreshold { get; init; } = 5;

    public int AlertCooldownSeconds { get; init; } = 900;

    /// <summary>A job slower than so many times the learned norm is reported.</summary>
    public double AlertRtfFactor { get; init; } = 3;

    /// <summary>Address of an OTLP receiver; null: none.</summary>
    public string? OtlpEndpoint { get; init; }
}
