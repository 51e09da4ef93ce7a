using System.Net;
using System.Text.Json;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Tests.Hosting;
using Parley.Server.Workers;

namespace Parley.Server.Tests.Telemetry;

public sealed class StatusApiTests
{
    [Fact]
    public async Task Status_tells_state_engine_queue_history_and_the_fields_of_the_original()
    {
        await using RunningHost host = await RunningHost.StartAsync();
        host.Engine.IsReady = true;
        host.Engine.Workers =
        [
            new WorkerStatus { Number = 1, State = "idle", Bundles = ["office"], Devices = ["asr cuda", "vad cpu", "cuda: fastest: 3.1 times the cpu"], OnnxRuntime = "1.30.0", JobsDone = 7, StartSeconds = 1.23456 },
            new WorkerStatus { Number = 2, State = "broken", Error = "no models" },
        ];
        host.Jobs.Figures = new JobFigures { Waiting = 3, MaxWaiting = 10, Running = 2, CacheHits = 6, Ended = new Dictionary<JobState, long> { [JobState.Completed] = 20 } };
        host.Jobs.Computed = [new ComputedJob(DateTimeOffset.UnixEpoch, 60, 3, IsFromAnalysis: false)];

        JsonElement status = JsonDocument.Parse(await host.Http.GetStringAsync(new Uri("api/v1/status", UriKind.Relative), TestContext.Current.CancellationToken)).RootElement;

        status.GetProperty("state").GetString().ShouldBe("healthy");
        status.GetProperty("checks").GetProperty("workers_ready").GetBoolean().ShouldBeTrue();
        status.GetProperty("engine").GetProperty("devices").GetRawText().ShouldBe(
            """[{"stage":"asr","device":"cuda","why":"fastest: 3.1 times the cpu"},{"stage":"vad","device":"cpu","why":null}]""");
        status.GetProperty("workers")[0].GetProperty("start_seconds").GetDouble().ShouldBe(1.235);
        status.GetProperty("workers")[0].GetProperty("bundles").GetRawText().ShouldBe("""["office"]""");
        status.GetProperty("engine").GetProperty("bundles").GetRawText().ShouldBe("""["demo"]""");
        status.GetProperty("workers")[1].GetProperty("error").GetString().ShouldBe("no models");
        status.GetProperty("queue").GetProperty("waiting").GetInt32().ShouldBe(3);
        status.GetProperty("history").GetRawText().ShouldBe(
            """[{"ended_at":"1970-01-01T00:00:00.000Z","audio_seconds":60,"processing_seconds":3,"rtf":0.05,"cached":false}]""");
        status.GetProperty("ended").GetProperty("completed").GetInt32().ShouldBe(20);
        status.GetProperty("versions").GetProperty("onnx_runtime").GetString().ShouldBe("1.30.0");
        JsonElement original = status.GetProperty("original");
        (original.GetProperty("status").GetString(), original.GetProperty("queue_size").GetInt32(), original.GetProperty("cache_hits").GetInt32()).ShouldBe(("healthy", 3, 6));
    }

    [Fact]
    public async Task Status_is_for_users_where_authentication_is_on()
    {
        await using RunningHost host = await RunningHost.StartAsync(options => options with { Auth = new AuthOptions { Enabled = true, SecretKey = "a long text for tests, longer than 32 bytes" } });
        (await host.Http.GetAsync(new Uri("api/v1/status", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }
}
