using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Telemetry.Metrics;
using Parley.Server.Tests.Hosting;
using Parley.Server.Workers;

namespace Parley.Server.Tests.Telemetry;

public sealed partial class MetricsTests
{
    private const string Token = "metrics-secret";

    [Fact]
    public async Task Every_documented_name_is_there_with_its_value()
    {
        await using RunningHost host = await RunningHost.StartAsync();
        host.Engine.IsReady = true;
        host.Engine.Workers =
        [
            new WorkerStatus { Number = 1, State = "idle", Devices = ["asr cuda", "vad cpu", "cuda: as configured"], MemoryBytes = 1000, JobsDone = 7, Restarts = 1, StartSeconds = 1.23456 },
            new WorkerStatus { Number = 2, State = "starting" },
        ];
        host.Jobs.Figures = new JobFigures
        {
            Waiting = 3,
            MaxWaiting = 10,
            Running = 2,
            Known = 40,
            SecondsPerJob = 12.34567,
            CacheEntries = 5,
            CacheHits = 6,
            CacheMisses = 8,
            ProjectedServes = 9,
            CacheBytes = 11,
            Ended = new Dictionary<JobState, long> { [JobState.Completed] = 20, [JobState.TimedOut] = 1 },
            Errors = new Dictionary<string, long> { ["timeout"] = 4 },
        };

        Dictionary<string, double> metrics = await ReadAsync(host, "metrics");

        foreach ((string name, double value) in new Dictionary<string, double>
        {
            ["funasr_queue_size"] = 3,
            ["funasr_queue_max"] = 10,
            ["funasr_tasks_pending"] = 3,
            ["funasr_tasks_inflight"] = 2,
            ["funasr_tasks_in_memory"] = 40,
            ["funasr_task_seconds_ema"] = 12.346,
            ["funasr_pool_size"] = 2,
            ["funasr_engine_info{engine=\"funasr\"}"] = 1,
            ["funasr_tasks_terminal_total{status=\"completed\"}"] = 20,
            ["funasr_tasks_terminal_total{status=\"failed\"}"] = 0,
            ["funasr_tasks_terminal_total{status=\"cancelled\"}"] = 0,
            ["funasr_tasks_terminal_total{status=\"timed_out\"}"] = 1,
            ["funasr_errors_total{kind=\"queue_full\"}"] = 0,
            ["funasr_errors_total{kind=\"timeout\"}"] = 4,
            ["funasr_errors_total{kind=\"non_retryable_input\"}"] = 0,
            ["funasr_errors_total{kind=\"model_error\"}"] = 0,
            ["funasr_errors_total{kind=\"engine_error\"}"] = 0,
            ["funasr_cache_total_cached"] = 5,
            ["funasr_cache_hits"] = 6,
            ["funasr_cache_misses"] = 8,
            ["funasr_cache_projected_serves"] = 9,
            ["parley_cache_bytes"] = 11,
            ["parley_connections"] = 0,
            ["parley_uploads_open"] = 0,
            ["parley_ready"] = 1,
            ["parley_worker_state{worker=\"1\",state=\"idle\"}"] = 1,
            ["parley_worker_state{worker=\"2\",state=\"starting\"}"] = 1,
            ["parley_worker_memory_bytes{worker=\"1\"}"] = 1000,
            ["parley_worker_jobs_total{worker=\"1\"}"] = 7,
            ["parley_worker_restarts_total{worker=\"1\"}"] = 1,
            ["parley_worker_start_seconds{worker=\"1\"}"] = 1.235,
            ["parley_device_workers{stage=\"asr\",device=\"cuda\"}"] = 1,
            ["parley_device_workers{stage=\"vad\",device=\"cpu\"}"] = 1,
        })
        {
            metrics.ShouldContainKey(name);
            metrics[name].ShouldBe(value, name);
        }

        metrics["funasr_uptime_seconds"].ShouldBeGreaterThan(0);
        metrics["process_resident_memory_bytes"].ShouldBeGreaterThan(1e6);
    }

    /// <summary>The names in the operations page are those of the program, so that dashboards can be built from it.</summary>
    [Fact]
    public async Task Documented_names_are_those_of_the_page()
    {
        await using RunningHost host = await RunningHost.StartAsync();
        host.Engine.Workers = [new WorkerStatus { Number = 1, State = "idle", Devices = ["asr cpu"], Bundles = ["demo"] }];
        using Meter meter = new(JobMeter.Name);
        foreach ((string instrument, string unit) in new[] { ("parley.job.wait", "s"), ("parley.job.duration", "s"), ("parley.job.audio", "s"), ("parley.job.rtf", "1"), ("parley.job.stage.duration", "s") })
            meter.CreateHistogram<double>(instrument, unit).Record(1);

        string text = await host.Http.GetStringAsync("metrics");

        string[] families = [.. Types().Matches(text).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}")];
        string page = await File.ReadAllTextAsync(Path.Combine(TestPaths.Root, "docs", "operations.md"));
        families.ShouldBeUnique();
        families.Append("funasr_vram_free_mib gauge").ShouldBe(Documented().Matches(page).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}"), ignoreOrder: true);
    }

    [Fact]
    public async Task Histograms_are_cumulative_and_end_with_infinity()
    {
        using MeterHistograms histograms = new("Parley.Test.Histograms");
        using Meter meter = new("Parley.Test.Histograms");
        Histogram<double> seconds = meter.CreateHistogram<double>("x", "s");
        foreach (double value in new[] { 0.02, 0.02, 5, 1e6 })
            seconds.Record(value, new KeyValuePair<string, object?>("device", "a\"b\\c\nd"));

        PrometheusWriter page = new PrometheusWriter().Family("x_seconds", "histogram", "Help\nwith a break.");
        foreach (((string Name, string Value)[] tags, HistogramSnapshot histogram) in histograms.Read("x"))
            page.Histogram(histogram, tags);
        string[] lines = page.ToString().Split('\n');

        lines[0].ShouldBe("# HELP x_seconds Help\\nwith a break.");
        lines[1].ShouldBe("# TYPE x_seconds histogram");
        lines[2].ShouldBe("x_seconds_bucket{device=\"a\\\"b\\\\c\\nd\",le=\"0.01\"} 0");
        lines.ShouldContain("x_seconds_bucket{device=\"a\\\"b\\\\c\\nd\",le=\"0.03\"} 2");
        lines.ShouldContain("x_seconds_bucket{device=\"a\\\"b\\\\c\\nd\",le=\"10\"} 3");
        lines.ShouldContain("x_seconds_bucket{device=\"a\\\"b\\\\c\\nd\",le=\"+Inf\"} 4");
        lines.ShouldContain("x_seconds_count{device=\"a\\\"b\\\\c\\nd\"} 4");
        lines.ShouldContain("x_seconds_sum{device=\"a\\\"b\\\\c\\nd\"} 1000005.04");
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData("127.0.0.1", null, "", null, 200)]
    [InlineData("0.0.0.0", null, "", null, 403)]
    [InlineData("::", null, "", null, 403)]
    [InlineData("0.0.0.0", Token, "", null, 403)]
    [InlineData("0.0.0.0", Token, "?token=metrics-secret", null, 200)]
    [InlineData("0.0.0.0", Token, "?token=wrong", "Bearer metrics-secret", 403)]
    [InlineData("0.0.0.0", Token, "", "Bearer metrics-secret", 200)]
    [InlineData("0.0.0.0", Token, "", "metrics-secret", 200)]
    [InlineData("127.0.0.1", Token, "", "Bearer metrics-secre", 403)]
    public async Task Token_opens_metrics_and_is_never_told(string listenOn, string? token, string query, string? authorization, int expected)
    {
        await using RunningHost host = await RunningHost.StartAsync(options => options with
        {
            Server = options.Server with { Host = listenOn },
            Observability = new ObservabilityOptions { MetricsToken = token },
        });
        using HttpRequestMessage request = new(HttpMethod.Get, "metrics" + query);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using HttpResponseMessage answer = await host.Http.SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();

        ((int)answer.StatusCode).ShouldBe(expected);
        text.ShouldNotContain(Token);
        if (expected == 403)
            text.ShouldBe("forbidden");
        else
            answer.Content.Headers.ContentType.ShouldBe(MediaTypeHeaderValue.Parse("text/plain; version=0.0.4; charset=utf-8"));
    }

    [Fact]
    public async Task Switched_off_means_that_the_pages_are_not_there()
    {
        await using RunningHost host = await RunningHost.StartAsync(options => options with { Observability = new ObservabilityOptions { MetricsEnabled = false } });
        foreach (string path in new[] { "health", "metrics" })
            (await host.Http.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.UpgradeRequired);
        (await host.Http.GetAsync("livez")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Card_memory_is_asked_of_the_program_and_kept()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for nvidia-smi is a shell script.");
        using TempFolder folder = new();
        string program = folder.Write("smi", $"#!/bin/sh\necho \"$@\" >>{folder["calls"]}\necho 12345\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string? device = null;
        await using GpuMemory memory = new(() => device, TimeProvider.System, program);

        memory.FreeMib().ShouldBeNull();
        device = GpuMemory.CudaDeviceOf(["vad cpu", "asr cuda:1", "cuda:1: as configured"]);
        device.ShouldBe("cuda:1");
        await Until.TrueAsync(() => memory.FreeMib() == 12345);
        memory.FreeMib().ShouldBe(12345);
        File.ReadAllLines(folder["calls"]).ShouldHaveSingleItem().ShouldEndWith("--id=1");
    }

    private static async Task<Dictionary<string, double>> ReadAsync(RunningHost host, string path)
    {
        string text = await host.Http.GetStringAsync(path);
        Dictionary<string, double> samples = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'))
        {
            int blank = line.LastIndexOf(' ');
            samples.Add(line[..blank], double.Parse(line[(blank + 1)..], CultureInfo.InvariantCulture));
        }

        return samples;
    }

    [GeneratedRegex(@"^# TYPE (\w+) (\w+)$", RegexOptions.Multiline, 1000)]
    private static partial Regex Types();

    [GeneratedRegex(@"^\| `(\w+)(?:\{[^`]*\})?` \| (gauge|counter|histogram) \|", RegexOptions.Multiline, 1000)]
    private static partial Regex Documented();
}
