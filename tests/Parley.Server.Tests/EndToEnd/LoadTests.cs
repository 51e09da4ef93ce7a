using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Parley.Server.Tests.EndToEnd;

/// <summary>Two hundred connections at once: fifty upload, twenty send garbage, ten never read, the rest ask whether the server is alive.</summary>
[Trait("Group", "e2e")]
public sealed class LoadTests(ITestOutputHelper output)
{
    private const int Uploading = 50;
    private const int Garbage = 20;
    private const int NotReading = 10;
    private const int Pinging = 120;
    private const int MaxGrowthMb = 400;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Well_behaved_clients_get_their_results_whatever_the_others_do()
    {
        using CancellationTokenSource limit = new(Patience);
        await using ServerProcess server = await ServerProcess.StartAsync(config => config["server"]!["max_connections"] = 200);
        long before = ProcessTable.ResidentBytes(server.ProcessId), peak = before;

        Task<Frame>[] results = [.. Enumerable.Range(0, Uploading).Select(client => Task.Run(() => TranscribeAsync(server, client, limit.Token)))];
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        Task[] garbage = [.. Enumerable.Range(0, Garbage).Select(client => Task.Run(() => SendGarbageAsync(server, client, done.Token)))];
        Task[] deaf = [.. Enumerable.Range(0, NotReading).Select(_ => Task.Run(() => NeverReadAsync(server, done.Token)))];
        Task<TimeSpan>[] pings = [.. Enumerable.Range(0, Pinging).Select(_ => Task.Run(() => PingAsync(server, done.Token)))];
        Task watch = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                peak = Math.Max(peak, ProcessTable.ResidentBytes(server.ProcessId));
                await Task.Delay(100, CancellationToken.None);
            }
        });

        Frame[] ended = await Task.WhenAll(results);
        await done.CancelAsync();
        await Task.WhenAll([.. garbage, .. deaf, watch]);
        TimeSpan[] slowest = await Task.WhenAll(pings);
        output.WriteLine($"slowest answer to a ping {slowest.Max().TotalMilliseconds:F0} ms (median of connections {slowest.Order().ElementAt(slowest.Length / 2).TotalMilliseconds:F0} ms), "
            + $"server's memory {before >> 20} MiB before, {peak >> 20} MiB at most");

        ended.ShouldAllBe(frame => frame.Type == "task_complete");
        ended.Select(frame => frame.TaskId).Distinct().Count().ShouldBe(Uploading);
        ended.ShouldAllBe(frame => frame.Data["result"]!["segments"]!.AsArray().Count > 0);
        (peak - before).ShouldBeLessThan(MaxGrowthMb * 1024L * 1024L);
        server.Log.ShouldNotContain("Unhandled exception");
        server.Log.Split('\n').Where(line => line.Contains("ERR]") || line.Contains("[Error]")).ShouldBeEmpty();
    }

    private static async Task<Frame> TranscribeAsync(ServerProcess server, int client, CancellationToken cancellationToken)
    {
        byte[] recording = Recordings.Cut(client * 1.1, 5);
        await using SpkClient connection = await SpkClient.ConnectAsync(server.WebSocket, cancellationToken);
        Frame answer = await connection.UploadInChunksAsync(recording, $"load-{client}.wav", 20_000, change: null, cancellationToken);
        answer.Type.ShouldBeOneOf("upload_complete", "task_queued");
        return (await connection.ReceiveUntilAsync(["task_complete", "error"], cancellationToken))[^1];
    }

    private static async Task SendGarbageAsync(ServerProcess server, int client, CancellationToken cancellationToken)
    {
        Random random = new(client);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using SpkClient connection = await SpkClient.ConnectAsync(server.WebSocket, cancellationToken);
                for (int i = 0; i < 20; i++)
                {
                    await connection.SendTextAsync(HostileFrames.Random(random), cancellationToken);
                    Frame answer = await connection.ReceiveAsync(cancellationToken);
                    answer.Type.ShouldBeOneOf("error", "pong", "upload_ready", "task_status_batch");
                    await Task.Delay(20, cancellationToken);
                }
            }
            catch (Exception error) when (error is WebSocketException or OperationCanceledException)
            {
                // Closing is a fair answer to garbage.
            }
        }
    }

    private static async Task NeverReadAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        try
        {
            await using SpkClient connection = await SpkClient.OpenAsync(server.WebSocket, cancellationToken);
            string question = new JsonObject { ["type"] = "task_status_batch", ["data"] = new JsonObject { ["task_ids"] = new JsonArray([.. Enumerable.Range(0, 50).Select(_ => (JsonNode)Guid.NewGuid().ToString())]) } }.ToJsonString();
            while (!cancellationToken.IsCancellationRequested)
                await connection.SendTextAsync(question, cancellationToken);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or IOException)
        {
            // The server may drop a client that does not read.
        }
    }

    /// <summary>Pings once a second; returns the longest time to an answer.</summary>
    private static async Task<TimeSpan> PingAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        TimeSpan slowest = TimeSpan.Zero;
        await using SpkClient connection = await SpkClient.ConnectAsync(server.WebSocket, CancellationToken.None);
        while (!cancellationToken.IsCancellationRequested)
        {
            long start = Stopwatch.GetTimestamp();
            await connection.SendAsync("ping", [], CancellationToken.None);
            (await connection.ReceiveAsync(CancellationToken.None)).Type.ShouldBe("pong");
            TimeSpan took = Stopwatch.GetElapsedTime(start);
            slowest = took > slowest ? took : slowest;
            await Task.Delay(1000, CancellationToken.None);
        }

        return slowest;
    }
}
