using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Parley.Server.Tests.Protocols;

/// <summary>Alone: it looks at the memory of the process.</summary>
[CollectionDefinition(nameof(LargeFrameTests), DisableParallelization = true)]
public sealed class LargeFrameCollection;

[Collection(nameof(LargeFrameTests))]
public sealed class LargeFrameTests
{
    private const int MiB = 1 << 20;
    private const int FileMiB = 200;
    private const int AllowedGrowthMiB = 64;

    [Fact]
    public async Task A_large_file_in_one_frame_is_never_held_in_memory()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync(options => options with { Server = options.Server with { MaxFileSizeMb = 1000 } });
        await using ProtocolClient client = await host.ConnectAsync();
        byte[] block = new byte[3 * MiB];
        new Random(1).NextBytes(block);
        byte[] text = Encoding.ASCII.GetBytes(Convert.ToBase64String(block));
        const int Blocks = FileMiB / 3;
        using IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        for (int i = 0; i < Blocks; i++)
            md5.AppendData(block);
        await client.SendAsync("upload_request", new { file_name = "long.wav", file_size = (long)Blocks * block.Length, file_hash = Convert.ToHexString(md5.GetHashAndReset()) });
        Guid id = Guid.Parse((string)(await client.ExpectAsync("upload_ready"))["task_id"]!);
        GC.Collect();
        long before = WorkingSetMiB(), most = before;

        await client.SendPieceAsync(Encoding.UTF8.GetBytes("{\"type\":\"upload_data\",\"data\":{\"task_id\":\"" + id + "\",\"file_data\":\""), isLast: false);
        for (int i = 0; i < Blocks; i++)
        {
            await client.SendPieceAsync(text, isLast: false);
            most = Math.Max(most, WorkingSetMiB());
        }

        await client.SendPieceAsync("\"}}"u8.ToArray(), isLast: true);
        await client.ExpectAsync("upload_complete");

        most = Math.Max(most, WorkingSetMiB());
        (most - before).ShouldBeLessThan(AllowedGrowthMiB, $"{before} MiB before, {most} MiB at most");
        new FileInfo(host.UploadedFiles.Single()).Length.ShouldBe((long)Blocks * block.Length);
        TestContext.Current.TestOutputHelper?.WriteLine($"{before} MiB before, {most} MiB at most");
    }

    private static long WorkingSetMiB()
    {
        using Process process = Process.GetCurrentProcess();
        return process.WorkingSet64 / MiB;
    }
}
