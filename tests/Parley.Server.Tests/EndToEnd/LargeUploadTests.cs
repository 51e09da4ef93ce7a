using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Parley.Server.Tests.EndToEnd;

/// <summary>A file of 500 MB in one frame goes to disk as it comes.</summary>
[Trait("Group", "e2e")]
public sealed class LargeUploadTests(ITestOutputHelper output)
{
    private const int BlockBytes = 3 * 256 * 1024;
    private const int Blocks = 667; // 500 MiB and a bit
    private const long MaxGrowthBytes = 64L << 20;

    [Fact]
    public async Task Large_frame_does_not_grow_the_server()
    {
        byte[] block = new byte[BlockBytes];
        new Random(7).NextBytes(block);
        string md5 = HashOfAll(block);
        byte[] encoded = Encoding.ASCII.GetBytes(Convert.ToBase64String(block));
        await using ServerProcess server = await ServerProcess.StartAsync(config => config["transcription"]!["max_concurrent_tasks"] = 1);
        await using SpkClient client = await SpkClient.ConnectAsync(server.WebSocket);
        await client.SendAsync("upload_request", new JsonObject { ["file_name"] = "large.mp3", ["file_size"] = (long)BlockBytes * Blocks, ["file_hash"] = md5 });
        Frame ready = await client.ReceiveAsync();
        ready.Type.ShouldBe("upload_ready", ready.Text);
        long before = ProcessTable.ResidentBytes(server.ProcessId), peak = before;

        await client.SendBytesAsync(Encoding.UTF8.GetBytes($$"""{"type":"upload_data","data":{"task_id":"{{ready.TaskId}}","file_data":" """.TrimEnd()), WebSocketMessageType.Text, end: false);
        for (int i = 0; i < Blocks; i++)
        {
            await client.SendBytesAsync(encoded, WebSocketMessageType.Text, end: false);
            peak = Math.Max(peak, ProcessTable.ResidentBytes(server.ProcessId));
        }

        await client.SendBytesAsync("\"}}"u8.ToArray(), WebSocketMessageType.Text, end: true);
        Frame acknowledged = await client.ReceiveAsync();
        peak = Math.Max(peak, ProcessTable.ResidentBytes(server.ProcessId));

        acknowledged.Type.ShouldBe("upload_complete", acknowledged.Text);
        output.WriteLine($"server's memory {before >> 20} MiB before, {peak >> 20} MiB at most");
        (peak - before).ShouldBeLessThan(MaxGrowthBytes);
        // Noise is no recording: the file came through whole, and is gone once the job has failed.
        (await client.ReceiveUntilAsync(["error", "task_complete"]))[^1]["error"].ShouldBe("task_failed");
        await Until.TrueAsync(
            () => !Directory.EnumerateFiles(Path.Combine(server.Folder, "uploads"), "*", SearchOption.AllDirectories).Any(),
            () => "The upload is still there.");
    }

    private static string HashOfAll(byte[] block)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        for (int i = 0; i < Blocks; i++)
            hash.AppendData(block);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
