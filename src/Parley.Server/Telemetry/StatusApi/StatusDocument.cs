using System.Reflection;
using System.Text.Json;
using Parley.Audio;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Server.Jobs;
using Parley.Server.Telemetry.Metrics;
using Parley.Server.Workers;
using Parley.Server.Workers.Bundles;

namespace Parley.Server.Telemetry.StatusApi;

/// <summary>How the server is, as one JSON object: what the page's status view shows. No file names, no texts. Safe for concurrent calls.</summary>
internal sealed class StatusDocument(ServerState state, ServerOptions options, GpuMemory gpu, Func<ProtocolFigures> protocols)
{
    private const int HistoryEntries = 200;

    private static readonly string Version = (typeof(StatusDocument).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+')[0];

    private readonly ServedBundles _bundles = new(options.Funasr);

    // A machine's ffmpeg does not change under a server often enough to ask twice.
    private readonly Lazy<Task<string?>> _ffmpeg = new(() => Task.Run(() => FfmpegVersion.ReadAsync(new AudioOptions(), CancellationToken.None)));

    /// <summary>Finds out what takes a moment, once.</summary>
    public Task PrepareAsync() => _ffmpeg.Value;

    /// <summary>Writes the object; after <see cref="PrepareAsync"/>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        JobFigures figures = state.Jobs.Jobs.Figures;
        IReadOnlyList<WorkerStatus> workers = state.Engine.Workers;
        ProtocolFigures open = protocols();
        json.WriteStartObject();
        json.WriteString("version"u8, Version);
        WriteNumber(json, "uptime_seconds", state.Uptime.TotalSeconds);
        WriteState(json, "state");
        WriteEngine(json, workers);
        WriteWorkers(json, workers);
        WriteQueue(json, figures);
        WriteHistory(json);
        WriteCounters(json, figures);
        json.WriteNumber("connections"u8, open.Connections);
        json.WriteNumber("uploads"u8, open.Uploads);
        WriteVersions(json, workers);
        json.WritePropertyName("original"u8);
        WriteOriginal(json, figures);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value) => json.WriteNumber(name, Math.Round(value, 3));

    private void WriteState(Utf8JsonWriter json, string name)
    {
        json.WriteString(name, HealthPages.StatusOf(state));
        json.WriteStartObject("checks"u8);
        foreach ((string check, bool isWell) in HealthPages.Checks(state))
            json.WriteBoolean(check, isWell);
        json.WriteEndObject();
    }

    private void WriteEngine(Utf8JsonWriter json, IReadOnlyList<WorkerStatus> workers)
    {
        json.WriteStartObject("engine"u8);
        json.WriteString("mode"u8, options.Transcription.ConcurrencyMode == ConcurrencyMode.Lock ? "lock" : "pool");
        json.WriteNumber("slots"u8, state.Engine.Slots);
        IReadOnlyList<string> bundles = _bundles.Names;
        json.WriteString("models"u8, bundles[0]);
        json.WriteStartArray("bundles"u8);
        foreach (string bundle in bundles)
            json.WriteStringValue(bundle);
        json.WriteEndArray();
        json.WriteStartArray("devices"u8);
        foreach ((string stage, string device, string? why) in StageDevices.Of(workers))
        {
            json.WriteStartObject();
            json.WriteString("stage"u8, stage);
            json.WriteString("device"u8, device);
            json.WriteString("why"u8, why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteWorkers(Utf8JsonWriter json, IReadOnlyList<WorkerStatus> workers)
    {
        json.WriteStartArray("workers"u8);
        foreach (WorkerStatus worker in workers)
        {
            json.WriteStartObject();
            json.WriteNumber("number"u8, worker.Number);
            json.WriteString("state"u8, worker.State);
            HealthPages.WriteBundles(json, worker);
            json.WriteStartArray("devices"u8);
            foreach (string device in worker.Devices)
                json.WriteStringValue(device);
            json.WriteEndArray();
            json.WriteNumber("jobs_done"u8, worker.JobsDone);
            json.WriteNumber("restarts"u8, worker.Restarts);
            json.WriteNumber("memory_bytes"u8, worker.MemoryBytes);
            WriteNumber(json, "start_seconds", worker.StartSeconds);
            json.WriteString("error"u8, worker.Error);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteQueue(Utf8JsonWriter json, JobFigures figures)
    {
        json.WriteStartObject("queue"u8);
        json.WriteNumber("waiting"u8, figures.Waiting);
        json.WriteNumber("max_waiting"u8, figures.MaxWaiting);
        json.WriteNumber("running"u8, figures.Running);
        json.WriteBoolean("accepting"u8, figures.IsAccepting);
        WriteNumber(json, "seconds_per_job", figures.SecondsPerJob);
        json.WriteEndObject();
    }

    private void WriteHistory(Utf8JsonWriter json)
    {
        json.WriteStartArray("history"u8);
        foreach (ComputedJob job in state.Jobs.Jobs.History(HistoryEntries))
        {
            json.WriteStartObject();
            json.WriteString("ended_at"u8, job.EndedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
            WriteNumber(json, "audio_seconds", job.AudioSeconds);
            WriteNumber(json, "processing_seconds", job.ProcessingSeconds);
            json.WriteNumber("rtf"u8, job.AudioSeconds > 0 ? Math.Round(job.ProcessingSeconds / job.AudioSeconds, 4) : 0);
            json.WriteBoolean("cached"u8, job.IsFromAnalysis);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCounters(Utf8JsonWriter json, JobFigures figures)
    {
        json.WriteStartObject("cache"u8);
        json.WriteNumber("entries"u8, figures.CacheEntries);
        json.WriteNumber("bytes"u8, figures.CacheBytes);
        json.WriteNumber("hits"u8, figures.CacheHits);
        json.WriteNumber("misses"u8, figures.CacheMisses);
        json.WriteNumber("projected"u8, figures.ProjectedServes);
        json.WriteEndObject();
        WriteCounts(json, "ended", MetricsText.FinalStates.Select(final => (final.Name, figures.Ended.GetValueOrDefault(final.State))));
        WriteCounts(json, "errors", MetricsText.ErrorKinds.Select(kind => (kind, figures.Errors.GetValueOrDefault(kind))));
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, IEnumerable<(string Name, long Count)> counts)
    {
        json.WriteStartObject(name);
        foreach ((string what, long count) in counts)
            json.WriteNumber(what, count);
        json.WriteEndObject();
    }

    private void WriteVersions(Utf8JsonWriter json, IReadOnlyList<WorkerStatus> workers)
    {
        json.WriteStartObject("versions"u8);
        json.WriteString("parley"u8, Version);
        json.WriteString("onnx_runtime"u8, workers.Select(worker => worker.OnnxRuntime).FirstOrDefault(version => version is not null));
        json.WriteString("dotnet"u8, Environment.Version.ToString());
        json.WriteString("ffmpeg"u8, _ffmpeg.Value is { IsCompletedSuccessfully: true, Result: var ffmpeg } ? ffmpeg : null);
        json.WriteEndObject();
    }

    // What funasr_spk_server tells at /health and /metrics, under its names without their prefix.
    private void WriteOriginal(Utf8JsonWriter json, JobFigures figures)
    {
        json.WriteStartObject();
        WriteState(json, "status");
        json.WriteNumber("queue_size"u8, figures.Waiting);
        json.WriteNumber("queue_max"u8, figures.MaxWaiting);
        json.WriteNumber("tasks_pending"u8, figures.Waiting);
        json.WriteNumber("tasks_inflight"u8, figures.Running);
        json.WriteNumber("tasks_in_memory"u8, figures.Known);
        WriteNumber(json, "task_seconds_ema", figures.SecondsPerJob);
        json.WriteNumber("pool_size"u8, state.Engine.Slots);
        json.WriteString("engine"u8, options.Transcription.DefaultEngine);
        WriteCounts(json, "tasks_terminal_total", MetricsText.FinalStates.Select(final => (final.Name, figures.Ended.GetValueOrDefault(final.State))));
        WriteCounts(json, "errors_total", MetricsText.ErrorKinds.Select(kind => (kind, figures.Errors.GetValueOrDefault(kind))));
        json.WriteNumber("cache_total_cached"u8, figures.CacheEntries);
        json.WriteNumber("cache_hits"u8, figures.CacheHits);
        json.WriteNumber("cache_misses"u8, figures.CacheMisses);
        json.WriteNumber("cache_projected_serves"u8, figures.ProjectedServes);
        if (gpu.FreeMib() is { } free)
            json.WriteNumber("vram_free_mib"u8, free);
        else
            json.WriteNull("vram_free_mib"u8);
        WriteNumber(json, "uptime_seconds", state.Uptime.TotalSeconds);
        json.WriteEndObject();
    }
}
