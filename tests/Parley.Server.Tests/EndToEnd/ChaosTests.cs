using System.Collections.Concurrent;
using System.Net.WebSockets;

namespace Parley.Server.Tests.EndToEnd;

/// <summary>Clients submit jobs while workers and the server are killed at random; afterwards every acknowledged job has ended, once, and nothing is left over.</summary>
[Trait("Group", "e2e")]
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int Clients = 4;
    private const int JobsPerClient = 8;
    private const int ServerKills = 3;
    private const int WorkerKills = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Every_acknowledged_job_ends_exactly_once_whatever_is_killed()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        using CancellationTokenSource limit = new(Patience);
        await using ServerProcess server = await ServerProcess.StartAsync(config =>
        {
            config["transcription"]!["retry_times"] = 5;
            config["transcription"]!["task_retention_ttl_seconds"] = 100_000;
        });

        ConcurrentDictionary<string, int> acknowledged = new(StringComparer.Ordinal);
        int refused = 0, lost = 0;
        Task[] clients = [.. Enumerable.Range(0, Clients).Select(client => Task.Run(SubmitAll(client)))];
        Task<(int Servers, int Workers)> killer = KillAtRandomAsync(server, new Random(seed), limit.Token);
        await Task.WhenAll(clients);
        (int serverKills, int workerKills) = await killer;

        Dictionary<string, string> ends = await WaitForEndsAsync(server, [.. acknowledged.Keys], limit.Token);
        Dictionary<string, int> counts = ends.Values.GroupBy(state => state, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        output.WriteLine($"acknowledged {acknowledged.Count}, refused {refused}, connections lost {lost}, servers killed {serverKills}, workers killed {workerKills}; "
            + string.Join(", ", counts.Select(item => $"{item.Key} {item.Value}")));

        acknowledged.Count.ShouldBe(Clients * JobsPerClient, "Every client goes on until all of its jobs are acknowledged.");
        ends.Keys.Order(StringComparer.Ordinal).ShouldBe(acknowledged.Keys.Order(StringComparer.Ordinal));
        ends.Values.ShouldAllBe(state => state == "completed" || state == "failed");
        // A job fails only when it was lost twice; a killed server loses what its two workers had.
        counts.GetValueOrDefault("failed").ShouldBeLessThanOrEqualTo((workerKills + (2 * serverKills)) / 2);
        serverKills.ShouldBe(ServerKills);

        int[] before = [.. server.Related()];
        before.ShouldNotBeEmpty(); // or the check below could not fail
        (await server.StopAsync()).ShouldBe(0, server.Log);
        await Until.TrueAsync(() => server.Related().Count == 0, () => $"Processes are left: {string.Join(", ", server.Related())}");
        Leftovers(server.Folder).ShouldBeEmpty();

        Func<Task> SubmitAll(int client) => async () =>
        {
            for (int job = 0; job < JobsPerClient; job++)
            {
                byte[] recording = Recordings.Cut((client * JobsPerClient) + (job * 0.37), 4);
                while (true)
                {
                    limit.Token.ThrowIfCancellationRequested();
                    try
                    {
                        await using SpkClient connection = await SpkClient.ConnectAsync(server.WebSocket, limit.Token);
                        Frame answer = job % 2 == 0
                            ? await connection.UploadAsync(recording, $"{client}-{job}.wav", data => data["force_refresh"] = true, limit.Token)
                            : await connection.UploadInChunksAsync(recording, $"{client}-{job}.wav", 50_000, data => data["force_refresh"] = true, limit.Token);
                        if (answer.Type is "upload_complete" or "task_queued")
                        {
                            acknowledged.TryAdd(answer.TaskId, client).ShouldBeTrue();
                            break;
                        }

                        Interlocked.Increment(ref refused);
                    }
                    catch (Exception error) when (error is WebSocketException or IOException or HttpRequestException)
                    {
                        Interlocked.Increment(ref lost);
                        await Task.Delay(100, limit.Token);
                    }
                }
            }
        };
    }

    private static async Task<(int Servers, int Workers)> KillAtRandomAsync(ServerProcess server, Random random, CancellationToken cancellationToken)
    {
        List<bool> plan = [.. Enumerable.Repeat(true, ServerKills), .. Enumerable.Repeat(false, WorkerKills)];
        bool[] shuffled = [.. plan.OrderBy(_ => random.Next())];
        int servers = 0, workers = 0;
        foreach (bool isServer in shuffled)
        {
            await Task.Delay(random.Next(200, 1500), cancellationToken);
            if (isServer)
            {
                await server.KillAsync();
                servers++;
                server.Launch();
                await server.WaitUntilReadyAsync();
            }
            else if (server.Workers() is { Count: > 0 } alive && ServerProcess.Kill(alive[random.Next(alive.Count)], 9) == 0)
            {
                workers++;
            }
        }

        return (servers, workers);
    }

    private static async Task<Dictionary<string, string>> WaitForEndsAsync(ServerProcess server, string[] ids, CancellationToken cancellationToken)
    {
        Dictionary<string, string> ends = new(StringComparer.Ordinal);
        await using SpkClient connection = await SpkClient.ConnectAsync(server.WebSocket, cancellationToken);
        foreach (string id in ids)
        {
            while (!ends.ContainsKey(id))
            {
                Frame status = await connection.StatusAsync(id, cancellationToken);
                status.Type.ShouldBe("task_status", status.Text);
                if (status["status"] is "pending" or "processing")
                {
                    await Task.Delay(100, cancellationToken);
                    continue;
                }

                ends.Add(id, status["status"]!);
                if (ends[id] == "completed")
                    status.Data["result"].ShouldNotBeNull(status.Text);
                else
                    status["error"].ShouldNotBeNullOrEmpty(status.Text);
            }
        }

        return ends;
    }

    // Recordings are deleted with their jobs; nothing half-made stays.
    private static string[] Leftovers(string folder) => [.. new[] { "uploads", "temp" }
        .Select(name => Path.Combine(folder, name))
        .Where(Directory.Exists)
        .SelectMany(path => Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))];
}
