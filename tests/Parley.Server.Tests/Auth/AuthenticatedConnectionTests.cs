using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Parley.Server.Auth;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.WebSockets;
using Parley.Server.Tests.Protocols;

namespace Parley.Server.Tests.Auth;

public sealed class AuthenticatedConnectionTests
{
    private static readonly AuthOptions Options = new() { Enabled = true, SecretKey = "a key of this test alone, long enough" };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_good_token_lets_in_at_either_place(bool isAtTop)
    {
        await using ProtocolHost host = await StartAsync();
        await using ProtocolClient client = await ConnectAsync(host);
        string token = new TokenIssuer(Options, TimeProvider.System).Issue("fang");

        await client.SendTextAsync(isAtTop ? $$"""{"type":"auth","token":"{{token}}"}""" : $$$"""{"type":"auth","data":{"token":"{{{token}}}"}}""");

        ((string)(await client.ExpectAsync("auth_success"))["user"]!["username"]!).ShouldBe("fang");
        await client.ExpectAsync("connected");
        await client.ExpectNothingAsync();
    }

    [Theory]
    [InlineData("""{"type":"auth","token":"a.b.c"}""")]
    [InlineData("""{"type":"auth","token":5}""")]
    [InlineData("""{"type":"auth"}""")]
    [InlineData("""{"type":"ping","token":"a.b.c"}""")]
    [InlineData("{")]
    public async Task Anything_else_is_refused_and_closed(string message)
    {
        await using ProtocolHost host = await StartAsync();
        await using ProtocolClient client = await ConnectAsync(host);

        await client.SendTextAsync(message);

        (await client.ExpectErrorAsync("auth_failed")).ShouldStartWith("认证失败");
        (await client.ExpectCloseAsync()).ShouldBe(WebSocketCloseStatus.NormalClosure);
        host.Log.AboveWarning.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_that_does_not_come_in_time_is_refused()
    {
        ManualClock clock = new();
        await using ProtocolHost host = await StartAsync(clock);
        await using ProtocolClient client = await ConnectAsync(host);

        clock.Advance(Doorman.TokenLimit);

        await client.ExpectErrorAsync("auth_failed");
        (await client.ExpectCloseAsync()).ShouldBe(WebSocketCloseStatus.NormalClosure);
    }

    [Fact]
    public async Task A_stranger_writes_nothing_to_disk()
    {
        await using ProtocolHost host = await StartAsync();
        await using ProtocolClient client = await ConnectAsync(host);

        await client.SendPieceAsync(System.Text.Encoding.UTF8.GetBytes("{\"data\":{\"file_data\":\"" + new string('A', 2_000_000)), isLast: false);
        await Until.TrueAsync(() => host.TempFiles.Count == 0);
        await client.SendPieceAsync("\"}}"u8.ToArray(), isLast: true);

        await client.ExpectErrorAsync("auth_failed");
    }

    [Fact]
    public async Task Uploads_and_jobs_of_another_user_do_not_exist()
    {
        await using ProtocolHost host = await StartAsync();
        await using ProtocolClient fang = await EnterAsync(host, "fang");
        await using ProtocolClient wei = await EnterAsync(host, "wei");
        byte[] file = [1, 2, 3, 4];
        Guid single = await fang.AnnounceAsync(file);
        Guid chunked = await fang.AnnounceAsync(file, chunkSize: 2);
        Guid job = host.Jobs.Know(JobState.Processing, user: "fang").Id;

        await wei.SendFileAsync(single, file);
        await wei.ExpectErrorAsync("task_not_found");
        await wei.SendChunkAsync(chunked, file, 2, 0);
        await wei.ExpectErrorAsync("session_not_found");
        await wei.SendAsync("finalize_upload", new { task_id = job });
        await wei.ExpectErrorAsync("session_not_found");
        foreach (Guid id in (Guid[])[single, chunked, job])
        {
            await wei.SendAsync("task_status", new { task_id = id });
            await wei.ExpectErrorAsync("task_not_found");
            await wei.SendAsync("cancel_task", new { task_id = id });
            await wei.ExpectErrorAsync("cancel_failed");
        }

        await wei.SendAsync("task_status_batch", new { task_ids = new[] { job } });
        JsonNode item = (await wei.ExpectAsync("task_status_batch"))["items"]![0]!;
        ((string)item["error"]!).ShouldBe("task_not_found");
        await fang.SendAsync("task_status", new { task_id = job });
        await fang.ExpectAsync("task_status");
        await fang.SendFileAsync(single, file);
        await fang.ExpectAsync("upload_complete");
        host.Jobs.Submissions.Single().Client.ShouldBe(new JobClient("fang", "fang"));
    }

    private static Task<ProtocolHost> StartAsync(TimeProvider? clock = null)
        => ProtocolHost.StartAsync(options => options with { Auth = Options }, clock);

    private static Task<ProtocolClient> ConnectAsync(ProtocolHost host) => ProtocolClient.ConnectAsync(host.Address, greeting: "auth_required");

    private static async Task<ProtocolClient> EnterAsync(ProtocolHost host, string user)
    {
        ProtocolClient client = await ConnectAsync(host);
        await client.SendTextAsync($$"""{"type":"auth","token":"{{new TokenIssuer(Options, TimeProvider.System).Issue(user)}}"}""");
        await client.ExpectAsync("auth_success");
        await client.ExpectAsync("connected");
        return client;
    }
}
