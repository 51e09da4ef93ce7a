using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Parley.Server.Jobs;
using Parley.Server.Protocols.WebSockets;

namespace Parley.Server.Tests.Protocols;

public sealed class ConnectionTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/ws")]
    [InlineData("/health")]
    public async Task Any_path_is_greeted(string path)
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await ProtocolClient.ConnectAsync(new Uri(host.Address, path), greeting: null);

        JsonObject frame = await client.ReceiveAsync();

        frame.Select(member => member.Key).ShouldBe(["type", "data", "timestamp"]);
        ((string)frame["data"]!["message"]!).ShouldBe("连接成功");
        ((string)frame["data"]!["connection_id"]!).ShouldMatch(@"^127\.0\.0\.1:\d+_\d+\.\d{3}$");
        ((string)frame["timestamp"]!).ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$");
        client.Socket.SubProtocol.ShouldBeNull();
    }

    [Fact]
    public async Task Requests_that_are_no_handshake_go_on()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        using HttpClient http = new();
        Uri page = new(host.Address.ToString().Replace("ws:", "http:", StringComparison.Ordinal));

        (await http.GetStringAsync(page)).ShouldBe("page");
        using HttpRequestMessage half = new(HttpMethod.Get, page) { Headers = { { "Upgrade", "WebSocket" }, { "Connection", "Upgrade" } } };
        (await http.SendAsync(half)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Compression_is_not_agreed_upon()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        using ClientWebSocket socket = new();
        socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        socket.Options.CollectHttpResponseDetails = true;

        await socket.ConnectAsync(host.Address, CancellationToken.None);

        socket.HttpResponseHeaders!.ContainsKey("Sec-WebSocket-Extensions").ShouldBeFalse();
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_refused_before_the_upgrade()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync(options => options with { Server = options.Server with { MaxConnections = 1 } });
        ProtocolClient first = await host.ConnectAsync();
        using ClientWebSocket second = new();
        second.Options.CollectHttpResponseDetails = true;

        await Should.ThrowAsync<WebSocketException>(() => second.ConnectAsync(host.Address, CancellationToken.None));

        second.HttpStatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await first.DisposeAsync();
        await Until.TrueAsync(() => host.Protocol.OpenConnections == 0);
        await using ProtocolClient third = await host.ConnectAsync();
        await third.ExpectNothingAsync();
    }

    [Theory]
    [InlineData("{", "invalid_json")]
    [InlineData("", "invalid_json")]
    [InlineData("hello", "invalid_json")]
    [InlineData("{\"type\":\"ping\"}x", "invalid_json")]
    [InlineData("{\"type\":\"pi\u0000ng\"}", "invalid_json")]
    [InlineData("[1,2]", "message_error")]
    [InlineData("null", "message_error")]
    [InlineData("{}", "message_error")]
    [InlineData("""{"type":5}""", "message_error")]
    [InlineData("""{"type":"\ud800"}""", "message_error")]
    [InlineData("""{"type":"ping","data":null}""", "message_error")]
    [InlineData("""{"type":"ping","data":[]}""", "message_error")]
    [InlineData("""{"type":"dance"}""", "unknown_message_type")]
    [InlineData("""{"type":"auth","token":"x"}""", "unknown_message_type")]
    public async Task Messages_that_cannot_be_read_are_answered_and_the_connection_lives(string message, string code)
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();

        await client.SendTextAsync(message);

        await client.ExpectErrorAsync(code);
        await client.ExpectNothingAsync();
        host.Log.AboveWarning.ShouldBeEmpty();
    }

    [Fact]
    public async Task Hostile_frames_are_answered_and_the_connection_lives()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();

        await client.SendTextAsync(new string('[', 2_000_000));
        await client.ExpectErrorAsync("invalid_json");
        await client.SendTextAsync($$$"""{"type":"ping","data":{"x":"{{{new string('x', 3_000_000)}}}"}}""");
        await client.ExpectErrorAsync("message_error");
        await client.SendTextAsync($$$"""{"type":"ping","data":{"file_data":"{{{new string('A', 3_000_000)}}}"}}""");
        await client.ExpectAsync("pong");
        await client.SendTextAsync($$$"""{"data":{{{string.Concat(Enumerable.Repeat("{\"file_data\":\"AAAA\"},\"data\":", 2000))}}}{"\ud800":1,"file_data":"","task_id":"\udc00"},"type":"upload_data"}""");
        await client.ExpectErrorAsync("task_not_found");
        await client.Socket.SendAsync(new byte[] { (byte)'"', 0xC3, 0x28, (byte)'"' }, WebSocketMessageType.Binary, true, CancellationToken.None);
        await client.ExpectErrorAsync("invalid_json");
        await Until.TrueAsync(() => host.TempFiles.Count == 0);
        host.Log.AboveWarning.ShouldBeEmpty();
    }

    [Fact]
    public async Task Binary_frames_are_read_like_text()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();

        await client.SendTextAsync("""{"type":"ping"}""", WebSocketMessageType.Binary);

        JsonObject data = await client.ExpectAsync("pong");
        data.ContainsKey("timestamp").ShouldBeTrue();
    }

    [Fact]
    public async Task Messages_are_answered_in_their_order()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        for (int i = 0; i < 300; i++)
            await client.SendTextAsync($$"""{"type":"t{{i}}"}""");

        for (int i = 0; i < 300; i++)
            (await client.ExpectErrorAsync("unknown_message_type")).ShouldEndWith($" t{i}");
    }

    [Fact]
    public async Task A_message_above_the_limit_closes_with_1009()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync(options => options with { Server = options.Server with { MaxFileSizeMb = 1 } });
        await using ProtocolClient client = await host.ConnectAsync();

        await client.SendPieceAsync(new byte[1 << 20], isLast: false);
        await client.SendPieceAsync(new byte[1], isLast: false);

        (await client.ExpectCloseAsync()).ShouldBe(WebSocketCloseStatus.MessageTooBig);
    }

    [Fact]
    public async Task Text_that_is_no_UTF_8_ends_the_connection_and_no_other()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        await using ProtocolClient other = await host.ConnectAsync();

        await client.SendPieceAsync(new byte[] { (byte)'"', 0xC3, 0x28, (byte)'"' }, isLast: true);

        await Until.TrueAsync(() => host.Protocol.OpenConnections == 1);
        await other.ExpectNothingAsync();
        host.Log.AboveWarning.ShouldBeEmpty();
    }

    [Fact]
    public async Task Stopping_closes_with_1001()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();

        Task stopping = host.StopAsync();

        (await client.ExpectCloseAsync()).ShouldBe(WebSocketCloseStatus.EndpointUnavailable);
        await client.DisposeAsync();
        await stopping;
    }

    [Fact]
    public async Task Jobs_of_one_connection_are_not_told_on_another()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        ProtocolClient[] clients = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => host.ConnectAsync()));
        Guid[] ids = await Task.WhenAll(clients.Select(async (client, i) =>
        {
            byte[] file = [(byte)i, 1, 2];
            Guid id = await client.AnnounceAsync(file);
            await client.SendFileAsync(id, file);
            await client.ExpectAsync("upload_complete");
            return id;
        }));

        foreach (Guid id in ids.Reverse())
            host.Jobs.Tell(new JobEvent.Completed(id, TestTranscripts.Result(id)));

        for (int i = 0; i < clients.Length; i++)
        {
            ((string)(await clients[i].ExpectAsync("task_complete"))["task_id"]!).ShouldBe(ids[i].ToString());
            await clients[i].ExpectNothingAsync();
            await clients[i].DisposeAsync();
        }
    }

    [Fact]
    public async Task A_job_outlives_the_connection_that_sent_it()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        ProtocolClient client = await host.ConnectAsync();
        byte[] file = [1, 2, 3];
        Guid id = await client.AnnounceAsync(file);
        await client.SendFileAsync(id, file);
        await client.DisposeAsync();

        await Until.TrueAsync(() => !host.Jobs.Submissions.IsEmpty && host.Protocol.OpenConnections == 0);
        host.Jobs.Tell(new JobEvent.Completed(id, TestTranscripts.Result(id)));

        await using ProtocolClient other = await host.ConnectAsync();
        await other.SendAsync("task_status", new { task_id = id });
        ((string)(await other.ExpectAsync("task_status"))["status"]!).ShouldBe("completed");
        host.Log.AboveWarning.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_dropped()
    {
        ManualClock clock = new();
        await using ProtocolHost host = await ProtocolHost.StartAsync(clock: clock);
        await using ProtocolClient client = await host.ConnectAsync();
        Guid id = host.Jobs.Know(JobState.Completed).Id;
        host.Jobs.KnowResult(TestTranscripts.Result(id, transcript: TestTranscripts.OfSize(4 << 20)));
        Task asking = Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++)
                await client.SendAsync("task_status", new { task_id = id });
        });

        // Far more than the buffers of the two sockets hold: the writer waits, and time passes.
        await Until.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(30));
            return host.Protocol.OpenConnections == 0;
        });

        await Should.ThrowAsync<WebSocketException>(async () =>
        {
            await asking;
            while (await client.ReceiveTextAsync() is not null)
            {
                // What was on its way before.
            }
        });
        host.Log.AboveWarning.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_handler_that_fails_answers_and_is_logged()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        host.Jobs.OnFind = static (_, _, _) => throw new InvalidOperationException("the database is gone");
        await using ProtocolClient client = await host.ConnectAsync();

        await client.SendAsync("upload_request", ProtocolClient.Announcement([1]));

        (await client.ExpectErrorAsync("upload_error")).ShouldNotContain("database");
        host.Log.AboveWarning.Single().ShouldContain("the database is gone");
    }

    [Fact]
    public async Task Pings_are_answered_while_many_upload()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        byte[] piece = Encoding.ASCII.GetBytes(new string('A', 64 << 10));
        byte[] file = new byte[48 << 20];
        using CancellationTokenSource enough = new();
        await using ProtocolClient pinging = await host.ConnectAsync();
        ProtocolClient[] uploading = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => host.ConnectAsync()));
        Task uploads = Task.WhenAll(uploading.Select(async client =>
        {
            Guid id = await client.AnnounceAsync(file);
            await client.SendPieceAsync(Encoding.UTF8.GetBytes($$$"""{"type":"upload_data","data":{"task_id":"{{{id}}}","file_data":"AAAA"""), isLast: false);
            for (int i = 0; i < 900 && !enough.IsCancellationRequested; i++) // all of it, unless enough pings were answered before
                await client.SendPieceAsync(piece, isLast: false);
        }));

        int answered = 0;
        while (!uploads.IsCompleted && answered < 5)
        {
            await pinging.ExpectNothingAsync();
            answered++;
        }

        await enough.CancelAsync();
        await uploads;
        answered.ShouldBePositive();
        foreach (ProtocolClient client in uploading)
            client.Socket.Abort();
        await Until.TrueAsync(() => host.TempFiles.Count == 0);
    }

    [Fact]
    public async Task Leftovers_of_dead_processes_are_removed_at_start_and_those_of_living_ones_kept()
    {
        string folder = Directory.CreateTempSubdirectory("parley-protocol-").FullName;
        await using ProtocolHost living = await ProtocolHost.StartAsync(folder: folder);
        await using ProtocolClient client = await living.ConnectAsync();
        byte[] file = [1, 2, 3, 4];
        Guid id = await client.AnnounceAsync(file, chunkSize: 2);
        await client.SendChunkAsync(id, file, 2, 0);
        await client.ExpectAsync("chunk_received");
        string dead = Directory.CreateDirectory(Path.Combine(folder, "temp", "parley-uploads", "dead")).FullName;
        await File.WriteAllTextAsync(Path.Combine(dead, "x.part"), "left");

        using (WebSocketProtocol second = new(
            new() { Server = new() { TempDir = Path.Combine(folder, "temp"), UploadDir = Path.Combine(folder, "uploads") } },
            living.Jobs, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, TimeProvider.System))
        {
            Directory.Exists(dead).ShouldBeFalse();
        }

        await client.SendChunkAsync(id, file, 2, 1);
        await client.ExpectAsync("chunk_received");
        await client.ExpectAsync("upload_complete");
        living.Jobs.Files[id].ShouldBe(file);
    }
}
