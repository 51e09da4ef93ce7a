using System.Net.WebSockets;

namespace Parley.Server.Tests.EndToEnd;

/// <summary>Frames that mean harm get a specified error or a close; the server goes on and has nothing to complain about.</summary>
[Trait("Group", "e2e")]
public sealed class HostileTests(ITestOutputHelper output)
{
    private const int RandomFrames = 3000;

    private static readonly HashSet<string> SpecifiedErrors = new(StringComparer.Ordinal)
    {
        "auth_failed", "invalid_json", "message_error", "unknown_message_type", "missing_task_id", "invalid_format", "file_too_large", "invalid_file_type", "upload_error",
        "task_not_found", "missing_file_data", "size_mismatch", "hash_mismatch", "upload_data_error", "chunked_upload_error", "too_many_sessions", "missing_chunk_data",
        "session_not_found", "chunk_hash_mismatch", "chunk_upload_error", "file_hash_mismatch", "finalize_error", "status_error", "task_expired", "missing_task_ids",
        "cancel_failed", "cancel_error", "task_failed",
    };

    [Fact]
    public async Task Every_hostile_frame_gets_a_specified_answer()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        await using ServerProcess server = await ServerProcess.StartAsync();
        Dictionary<string, int> answers = new(StringComparer.Ordinal);
        SpkClient client = await SpkClient.ConnectAsync(server.WebSocket);
        try
        {
            foreach (string frame in HostileFrames.Known.Concat(Enumerable.Range(0, RandomFrames).Select(_ => HostileFrames.Random(random))))
            {
                string answer;
                try
                {
                    await client.SendTextAsync(frame);
                    Frame reply = await client.ReceiveAsync();
                    answer = reply.Type == "error" ? reply["error"]! : reply.Type;
                    if (reply.Type == "error")
                        SpecifiedErrors.ShouldContain(answer, $"{reply.Text} as the answer to {frame[..Math.Min(300, frame.Length)]}");
                }
                catch (WebSocketException)
                {
                    client.CloseStatus.ShouldNotBeNull($"The connection broke without a close after {frame[..Math.Min(300, frame.Length)]}");
                    answer = $"close {client.CloseStatus}";
                    await client.DisposeAsync();
                    client = await SpkClient.ConnectAsync(server.WebSocket);
                }

                answers[answer] = answers.GetValueOrDefault(answer) + 1;
            }

            await client.SendAsync("ping", []);
            (await client.ReceiveAsync()).Type.ShouldBe("pong");
        }
        finally
        {
            await client.DisposeAsync();
        }

        output.WriteLine(string.Join(", ", answers.OrderByDescending(item => item.Value).Select(item => $"{item.Key} {item.Value}")));
        answers.Count.ShouldBeGreaterThan(8);
        server.Log.ShouldNotContain("Exception");
        Directory.EnumerateFiles(Path.Combine(server.Folder, "temp"), "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != ".lock").ShouldBeEmpty();
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_refused()
    {
        await using ServerProcess server = await ServerProcess.StartAsync(config => config["transcription"]!["max_concurrent_tasks"] = 1);
        await using SpkClient client = await SpkClient.ConnectAsync(server.WebSocket);

        await client.SendBytesAsync(new byte[] { 0xFF, 0xFE, 0x00, 0x7B }, WebSocketMessageType.Binary, end: true);

        (await client.ReceiveAsync())["error"].ShouldBe("invalid_json");
        server.Log.ShouldNotContain("Exception");
    }
}
