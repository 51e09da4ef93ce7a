using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Parley.Server.Configuration;
using Parley.Server.Hosting;

namespace Parley.Server.Tests.Hosting;

public sealed class ServerHostTests
{
    [Fact]
    public async Task Health_tells_starting_healthy_and_degraded()
    {
        await using RunningHost host = await RunningHost.StartAsync();

        (await HealthAsync(host)).ShouldBe((503, "starting"));
        (await host.Http.GetAsync("readyz")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await host.Http.GetAsync("livez")).StatusCode.ShouldBe(HttpStatusCode.OK);

        host.Engine.IsReady = true;
        (await HealthAsync(host)).ShouldBe((200, "healthy"));
        (await host.Http.GetAsync("readyz")).StatusCode.ShouldBe(HttpStatusCode.OK);

        host.Engine.IsReady = false;
        (await HealthAsync(host)).ShouldBe((503, "degraded"));
        host.Engine.IsReady = true;
        host.Jobs.Figures = host.Jobs.Figures with { IsAccepting = false };
        (await HealthAsync(host)).ShouldBe((503, "degraded"));
        JsonNode checks = JsonNode.Parse(await (await host.Http.GetAsync("health")).Content.ReadAsStringAsync())!["checks"]!;
        ((bool)checks["maintenance_loop"]!, (bool)checks["accepting_tasks"]!, (bool)checks["workers_ready"]!).ShouldBe((true, false, true));
    }

    [Fact]
    public async Task What_nobody_answers_is_told_to_upgrade()
    {
        await using RunningHost host = await RunningHost.StartAsync();

        using HttpResponseMessage get = await host.Http.GetAsync("any/thing.txt"), post = await host.Http.PostAsync("x", new StringContent("{}"));
        using HttpResponseMessage head = await host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "health"));

        get.StatusCode.ShouldBe(HttpStatusCode.UpgradeRequired);
        get.Headers.Upgrade.ToString().ShouldBe("websocket");
        post.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        head.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await head.Content.ReadAsStringAsync()).ShouldBeEmpty();
        get.Headers.Server.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("health")]
    [InlineData("ws/any.html")]
    public async Task Handshakes_reach_the_protocol_on_every_path(string path)
    {
        await using RunningHost host = await RunningHost.StartAsync();
        using ClientWebSocket client = new();

        await client.ConnectAsync(new Uri($"ws://{host.Host.Address.Authority}/{path}"), CancellationToken.None);
        byte[] frame = new byte[4096];
        WebSocketReceiveResult first = await client.ReceiveAsync(frame, CancellationToken.None);
        Task stopping = host.Host.StopAsync(CancellationToken.None);
        WebSocketReceiveResult last = await client.ReceiveAsync(frame, CancellationToken.None);
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await stopping;

        ((string)JsonNode.Parse(frame.AsSpan(0, first.Count))!["type"]!).ShouldBe("connected");
        last.CloseStatus.ShouldBe(WebSocketCloseStatus.EndpointUnavailable);
    }

    [Fact]
    public async Task Port_that_is_taken_is_told_with_what_to_do_and_everything_is_let_go()
    {
        await using RunningHost host = await RunningHost.StartAsync();
        int port = host.Host.Address.Port;
        using TempFolder folder = new();
        StandInEngine engine = new();
        StandInJobs jobs = new();
        ServerOptions options = RunningHost.Options(folder) with { Server = RunningHost.Options(folder).Server with { Port = port } };
        ServerContext context = new(options, new CurrentOptions(options), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, new Parley.Server.Notifications.NoNotifier(), TimeProvider.System);

        StartupException error = await Should.ThrowAsync<StartupException>(
            () => ServerHost.StartAsync(context, new ServerRooms { Engine = _ => engine, Jobs = (_, _) => jobs.Room }, bound: null, CancellationToken.None));

        error.Message.ShouldContain($"port {port}: another program uses it.");
        error.Message.ShouldContain("--port");
        engine.IsDisposed.ShouldBeTrue();
        StartupCheck.Problems(options with { Funasr = new ModelOptions { Bundle = Path.Combine(TestPaths.Root, "models", "demo") } }, withPort: true)
            .ShouldHaveSingleItem().ShouldContain($"port {port}");
    }

    [Fact]
    public void Directory_that_cannot_be_written_is_a_problem_and_the_check_leaves_nothing_behind()
    {
        using TempFolder folder = new();
        ServerOptions options = RunningHost.Options(folder) with { Funasr = new ModelOptions { Bundle = "no-such-bundle" } };
        options = options with { Server = options.Server with { UploadDir = folder.Write("file", "x") } };

        List<string> problems = StartupCheck.Problems(options, withPort: false);

        problems.Count.ShouldBe(2);
        problems[0].ShouldStartWith("server.upload_dir: cannot write to");
        problems[1].ShouldContain("'no-such-bundle' not found");
        Directory.GetFileSystemEntries(folder.Root).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Stop_ends_jobs_connections_and_engine_once()
    {
        await using RunningHost host = await RunningHost.StartAsync();

        await Task.WhenAll(host.Host.StopAsync(CancellationToken.None), host.Host.StopAsync(CancellationToken.None));

        host.Jobs.IsStopped.ShouldBeTrue();
        host.Engine.IsDisposed.ShouldBeTrue();
        await Should.ThrowAsync<HttpRequestException>(() => host.Http.GetAsync("livez"));
    }

    private static async Task<(int Status, string Text)> HealthAsync(RunningHost host)
    {
        using HttpResponseMessage answer = await host.Http.GetAsync("health");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        return ((int)answer.StatusCode, (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["status"]!);
    }
}
