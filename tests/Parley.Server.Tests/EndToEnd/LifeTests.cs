using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Parley.Server.Tests.EndToEnd;

/// <summary>Ends and beginnings: a killed server, a stopped one, a full queue, tokens.</summary>
[Trait("Group", "e2e")]
public sealed class LifeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Killed_server_leaves_no_process_and_its_queue_goes_on_in_order()
    {
        const int jobs = 5;
        await using ServerProcess server = await ServerProcess.StartAsync(config => config["transcription"]!["max_concurrent_tasks"] = 1);
        List<string> ids = [];
        for (int job = 0; job < jobs; job++)
        {
            await using SpkClient client = await SpkClient.ConnectAsync(server.WebSocket);
            // The first keeps the worker busy until the server is killed; the others only wait for their turn.
            byte[] recording = job == 0 ? Recordings.Long(120) : Recordings.Cut(3 * job, 6);
            ids.Add((await client.UploadInChunksAsync(recording, $"{job}.wav", 2_000_000)).TaskId);
        }

        string sockets = server.SocketFolders().ShouldHaveSingleItem();
        await server.KillAsync();
        await Until.TrueAsync(() => server.Related().Count == 0, () => $"Left over: {string.Join(", ", server.Related())}");
        server.Launch();
        await server.WaitUntilReadyAsync();
        server.SocketFolders().ShouldHaveSingleItem().ShouldNotBe(sockets);

        List<string> ended = [];
        await using SpkClient watcher = await SpkClient.ConnectAsync(server.WebSocket);
        await Until.TrueAsync(
            async () =>
            {
                // From the last to the first: a job seen as ended was preceded by those that are seen after it.
                foreach (string id in Enumerable.Reverse(ids).Where(id => !ended.Contains(id)))
                {
                    if ((await watcher.StatusAsync(id))["status"] is "completed")
                        ended.Add(id);
                }

                int last = ended.Count == 0 ? -1 : ended.Max(id => ids.IndexOf(id));
                ids.Take(last + 1).ShouldBe(ended.OrderBy(id => ids.IndexOf(id)), "A later job ended before an earlier one.");
                return ended.Count == jobs;
            },
            () => $"{ended.Count} of {jobs} jobs ended.\n{server.Log}");
    }

    [Fact]
    public async Task Stopped_server_says_goodbye_and_finishes_what_it_took_after_the_next_start()
    {
        await using ServerProcess server = await ServerProcess.StartAsync(config =>
        {
            config["transcription"]!["max_concurrent_tasks"] = 1;
            config["server"]!["stop_grace_seconds"] = 1;
        });
        await using SpkClient client = await SpkClient.ConnectAsync(server.WebSocket);
        Frame acknowledged = await client.UploadInChunksAsync(Recordings.Long(300), "long.wav", 4_000_000);
        await client.ReceiveUntilAsync(["task_progress"]);

        Task<int> stopping = server.StopAsync();
        await Should.ThrowAsync<WebSocketException>(async () =>
        {
            while (true)
                (await client.ReceiveAsync()).Type.ShouldNotBe("task_complete");
        });

        (await stopping).ShouldBe(0, server.Log);
        client.CloseStatus.ShouldBe(WebSocketCloseStatus.EndpointUnavailable);
        server.Related().ShouldBeEmpty();
        server.SocketFolders().ShouldBeEmpty();

        server.Launch();
        await server.WaitUntilReadyAsync();
        await using SpkClient again = await SpkClient.ConnectAsync(server.WebSocket);
        await Until.TrueAsync(async () => (await again.StatusAsync(acknowledged.TaskId))["status"] == "completed", () => server.Log);
    }

    [Fact]
    public async Task Full_queue_is_told_and_finalize_takes_the_upload_later()
    {
        await using ServerProcess server = await ServerProcess.StartAsync(config =>
        {
            config["transcription"]!["max_concurrent_tasks"] = 1;
            config["transcription"]!["max_queue_size"] = 1;
        });
        await using SpkClient first = await SpkClient.ConnectAsync(server.WebSocket), second = await SpkClient.ConnectAsync(server.WebSocket), third = await SpkClient.ConnectAsync(server.WebSocket);
        Frame running = await first.UploadInChunksAsync(Recordings.Long(300), "running.wav", 4_000_000);
        await first.ReceiveUntilAsync(["task_progress"]);
        Frame waiting = await second.UploadAsync(Recordings.Cut(5, 4), "waiting.wav");
        waiting.Type.ShouldBeOneOf("upload_complete", "task_queued");
        Frame queued = (await second.ReceiveUntilAsync(["task_queued"]))[^1];
        queued["queue_position"].ShouldBe("1");
        queued.Data["estimated_wait_minutes"].ShouldNotBeNull();
        queued.Data["estimated_wait_seconds"].ShouldNotBeNull();

        Frame full = await third.UploadInChunksAsync(Recordings.Cut(9, 4), "third.wav", 50_000);
        full.Type.ShouldBe("queue_full", full.Text);
        full["error"].ShouldBe("queue_full");
        full["message"]!.ShouldContain("队列已满");
        ((int)full.Data["retry_after"]!).ShouldBeGreaterThanOrEqualTo(1);

        await first.SendAsync("cancel_task", new JsonObject { ["task_id"] = running.TaskId });
        await second.ReceiveUntilAsync(["task_complete"]);
        await third.SendAsync("finalize_upload", new JsonObject { ["task_id"] = full.TaskId });
        Frame taken = await third.ReceiveAsync();
        taken.Type.ShouldBeOneOf("upload_complete", "task_queued");
        taken.TaskId.ShouldBe(full.TaskId);
        await third.SendAsync("finalize_upload", new JsonObject { ["task_id"] = full.TaskId });
        List<Frame> frames = await third.ReceiveUntilAsync(["task_complete"]);
        if (!frames.Any(frame => frame.Type == "task_status"))
            (await third.ReceiveAsync()).Type.ShouldBe("task_status");
    }

    [Fact]
    public async Task Tokens_open_the_door_and_jobs_belong_to_their_user()
    {
        await using ServerProcess server = await ServerProcess.StartAsync(config =>
        {
            config["auth"] = new JsonObject { ["enabled"] = true, ["secret_key"] = "a secret of thirty-two characters or more" };
            config["transcription"]!["max_concurrent_tasks"] = 1;
        });
        string anna = await TokenAsync(server, "anna"), berta = await TokenAsync(server, "berta");

        (await AnswerAsync(server, "{\"type\":\"auth\",\"token\":\"nonsense\"}")).ShouldBe(["auth_required", "error auth_failed"]);
        (await AnswerAsync(server, "{\"type\":\"ping\"}")).ShouldBe(["auth_required", "error auth_failed"]);
        (await AnswerAsync(server, $"{{\"type\":\"auth\",\"data\":{{\"token\":\"{anna}\"}}}}"))[..3].ShouldBe(["auth_required", "auth_success", "connected"]);

        await using SpkClient owner = await LogInAsync(server, anna), stranger = await LogInAsync(server, berta);
        Frame acknowledged = await owner.UploadAsync(Recordings.Cut(11, 5), "mine.wav");
        (await stranger.StatusAsync(acknowledged.TaskId))["error"].ShouldBe("task_not_found");
        (await owner.ReceiveUntilAsync(["task_complete", "error"]))[^1].Type.ShouldBe("task_complete");
        (await owner.StatusAsync(acknowledged.TaskId))["status"].ShouldBe("completed");
        server.Log.ShouldNotContain("a secret of thirty-two characters or more");
    }

    [Fact]
    public async Task Port_that_is_taken_is_an_error_in_one_line()
    {
        await using ServerProcess server = await ServerProcess.StartAsync(config => config["transcription"]!["max_concurrent_tasks"] = 1);
        (int status, string text) = await RunAsync("serve", "--host", "127.0.0.1", "--port", server.Port.ToString(), "--data-dir", Path.Combine(server.Folder, "other"));

        status.ShouldNotBe(0);
        text.ShouldContain(server.Port.ToString());
        text.ShouldNotContain("   at ");
        using HttpClient http = new() { BaseAddress = server.Http };
        using HttpResponseMessage answer = await http.GetAsync(new Uri("livez", UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<string> TokenAsync(ServerProcess server, string user)
    {
        (int status, string text) = await RunAsync("token", "--subject", user, "--config", Path.Combine(server.Folder, "config.json"));
        status.ShouldBe(0, text);
        return text.Trim();
    }

    private static async Task<(int Status, string Text)> RunAsync(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [TestPaths.Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        })!;
        using CancellationTokenSource patience = new(Patience);
        Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token), error = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output + await error);
    }

    private static async Task<string[]> AnswerAsync(ServerProcess server, string message)
    {
        await using SpkClient client = await SpkClient.OpenAsync(server.WebSocket);
        List<string> answers = [];
        try
        {
            answers.Add((await client.ReceiveAsync()).Type);
            await client.SendTextAsync(message);
            while (answers.Count < 3)
            {
                Frame frame = await client.ReceiveAsync();
                answers.Add(frame.Type == "error" ? $"error {frame["error"]}" : frame.Type);
            }
        }
        catch (WebSocketException)
        {
            client.CloseStatus.ShouldBe(WebSocketCloseStatus.NormalClosure);
        }

        return [.. answers];
    }

    private static async Task<SpkClient> LogInAsync(ServerProcess server, string token)
    {
        SpkClient client = await SpkClient.OpenAsync(server.WebSocket);
        (await client.ReceiveAsync()).Type.ShouldBe("auth_required");
        await client.SendTextAsync($"{{\"type\":\"auth\",\"token\":\"{token}\"}}");
        (await client.ReceiveAsync()).Type.ShouldBe("auth_success");
        (await client.ReceiveAsync()).Type.ShouldBe("connected");
        return client;
    }
}
