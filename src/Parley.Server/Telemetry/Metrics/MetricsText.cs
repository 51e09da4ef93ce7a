using Parley.Server.Hosting;
using Parley.Server.Jobs;
using Parley.Server.Workers;

namespace Parley.Server.Telemetry.Metrics;

/// <summary>All metrics of the server as Prometheus text: those of the seeds' server under their names, then ours.</summary>
internal sealed class MetricsText(ServerState state, MeterHistograms histograms, string engineName, GpuMemory gpu, Func<ProtocolFigures> protocols)
{
    internal static readonly (JobState State, string Name)[] FinalStates =
        [(JobState.Completed, "completed"), (JobState.Failed, "failed"), (JobState.Cancelled, "cancelled"), (JobState.TimedOut, "timed_out")];

    internal static readonly string[] ErrorKinds = ["queue_full", "timeout", "non_retryable_input", "model_error", "engine_error"];

    private static readonly (string Instrument, string Name, string Help)[] Histograms =
    [
        ("parley.job.wait", "parley_job_wait_seconds", "Time from acceptance to the start of work."),
        ("parley.job.duration", "parley_job_seconds", "Time of work for one transcript, by device of recognition."),
        ("parley.job.audio", "parley_job_audio_seconds", "Length of transcribed recordings."),
        ("parley.job.rtf", "parley_job_rtf", "Seconds of work for each second of audio."),
        ("parley.job.stage.duration", "parley_stage_seconds", "Time in one stage of a job; stages overlap."),
    ];

    /// <summary>The whole page.</summary>
    public string Write()
    {
        PrometheusWriter page = new();
        JobFigures figures = state.Jobs.Jobs.Figures;
        WriteQueue(page, figures);
        WriteCounters(page, figures);
        WriteWorkers(page, state.Engine.Workers);
        foreach ((string instrument, string name, string help) in Histograms)
        {
            if (histograms.Read(instrument) is { Count: > 0 } series)
            {
                page.Family(name, "histogram", help);
                foreach (((string Name, string Value)[] tags, HistogramSnapshot histogram) in series)
                    page.Histogram(histogram, tags);
            }
        }

        ProcessMetrics.Write(page);
        return page.ToString();
    }

    private void WriteQueue(PrometheusWriter page, JobFigures figures)
    {
        page.Family("funasr_queue_size", "gauge", "Jobs that wait.").Sample(figures.Waiting);
        page.Family("funasr_queue_max", "gauge", "Jobs that may wait.").Sample(figures.MaxWaiting);
        page.Family("funasr_tasks_pending", "gauge", "Jobs that were submitted and wait.").Sample(figures.Waiting);
        page.Family("funasr_tasks_inflight", "gauge", "Jobs that run.").Sample(figures.Running);
        page.Family("funasr_tasks_in_memory", "gauge", "Jobs of which anything is known.").Sample(figures.Known);
        page.Family("funasr_task_seconds_ema", "gauge", "Smoothed seconds of work for one job.").Sample(Math.Round(figures.SecondsPerJob, 3));
        page.Family("funasr_pool_size", "gauge", "Jobs that can run at once.").Sample(state.Engine.Slots);
        page.Family("funasr_engine_info", "gauge", "The engine.").Sample(1, ("engine", engineName));
        ProtocolFigures open = protocols();
        page.Family("parley_connections", "gauge", "Open WebSocket connections.").Sample(open.Connections);
        page.Family("parley_uploads_open", "gauge", "Uploads that are no jobs yet.").Sample(open.Uploads);
        page.Family("parley_ready", "gauge", "1 when a job that comes now is taken and a worker is there for it.").Sample(state.IsReady ? 1 : 0);
        page.Family("funasr_uptime_seconds", "gauge", "Seconds since the server started.").Sample(Math.Round(state.Uptime.TotalSeconds, 3));
        if (gpu.FreeMib() is { } free)
            page.Family("funasr_vram_free_mib", "gauge", "Free memory of the CUDA device.").Sample(free);
    }

    private static void WriteCounters(PrometheusWriter page, JobFigures figures)
    {
        page.Family("funasr_tasks_terminal_total", "counter", "Jobs that ended.");
        foreach ((JobState final, string name) in FinalStates)
            page.Sample(figures.Ended.GetValueOrDefault(final), ("status", name));
        page.Family("funasr_errors_total", "counter", "Attempts that failed, and jobs that were refused.");
        foreach (string kind in ErrorKinds)
            page.Sample(figures.Errors.GetValueOrDefault(kind), ("kind", kind));
        page.Family("funasr_cache_total_cached", "gauge", "Results in the cache.").Sample(figures.CacheEntries);
        page.Family("funasr_cache_hits", "gauge", "Look-ups that found a result.").Sample(figures.CacheHits);
        page.Family("funasr_cache_misses", "gauge", "Look-ups that found none.").Sample(figures.CacheMisses);
        page.Family("funasr_cache_projected_serves", "gauge", "Results served without the labels that they were computed with.").Sample(figures.ProjectedServes);
        page.Family("parley_cache_bytes", "gauge", "Bytes of all results in the cache.").Sample(figures.CacheBytes);
    }

    private static void WriteWorkers(PrometheusWriter page, IReadOnlyList<WorkerStatus> workers)
    {
        if (workers.Count == 0)
            return;
        Each("parley_worker_state", "gauge", "1 for the state that a worker is in.", static _ => 1, static worker => [("state", worker.State)]);
        Each("parley_worker_memory_bytes", "gauge", "Resident memory of a worker.", static worker => worker.MemoryBytes);
        Each("parley_worker_jobs_total", "counter", "Jobs that a worker has done.", static worker => worker.JobsDone);
        Each("parley_worker_restarts_total", "counter", "Times that a worker was replaced.", static worker => worker.Restarts);
        Each("parley_worker_start_seconds", "gauge", "Time that the last start of a worker took; 0 while it starts.", static worker => Math.Round(worker.StartSeconds, 3));
        if (workers.Any(worker => worker.Bundles.Count > 0))
        {
            page.Family("parley_worker_bundle", "gauge", "1 for each bundle whose models a worker holds.");
            foreach (WorkerStatus worker in workers)
            {
                foreach (string bundle in worker.Bundles)
                    page.Sample(1, ("worker", $"{worker.Number}"), ("bundle", bundle));
            }
        }

        (string Stage, string Device)[] devices = [.. workers.SelectMany(worker => worker.Devices).Select(text => text.Split(' ')).Where(words => words.Length == 2).Select(words => (words[0], words[1]))];
        if (devices.Length > 0)
        {
            page.Family("parley_device_workers", "gauge", "Workers that run a stage on a device.");
            foreach (IGrouping<(string Stage, string Device), (string, string)> device in devices.GroupBy(item => item).OrderBy(group => group.Key.Stage, StringComparer.Ordinal))
                page.Sample(device.Count(), ("stage", device.Key.Stage), ("device", device.Key.Device));
        }

        void Each(string name, string type, string help, Func<WorkerStatus, double> value, Func<WorkerStatus, (string, string)[]>? more = null)
        {
            page.Family(name, type, help);
            foreach (WorkerStatus worker in workers)
                page.Sample(value(worker), [("worker", $"{worker.Number}"), .. more?.Invoke(worker) ?? []]);
        }
    }
}

/// <summary>What protocols count.</summary>
/// <param name="Connections">Open WebSocket connections.</param>
/// <param name="Uploads">Uploads that are no jobs yet.</param>
internal readonly record struct ProtocolFigures(int Connections, int Uploads);
