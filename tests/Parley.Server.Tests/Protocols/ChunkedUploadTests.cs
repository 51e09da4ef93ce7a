using System.Text.Json.Nodes;
using Parley.Server.Jobs;

namespace Parley.Server.Tests.Protocols;

public sealed class ChunkedUploadTests
{
    private const int Chunk = 10_000;

    private static readonly byte[] Audio = [.. Enumerable.Range(0, 44_444).Select(value => (byte)(value * 13))];

    [Theory]
    [InlineData("01234")]
    [InlineData("43210")]
    [InlineData("20143")]
    public async Task Chunks_in_any_order_make_the_file(string order)
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        Guid id = await client.AnnounceAsync(Audio, Chunk);

        // All at once: answers still come one for one, before anything about the end.
        foreach (int index in order.Select(digit => digit - '0'))
            await client.SendChunkAsync(id, Audio, Chunk, index);

        for (int i = 0; i < order.Length; i++)
        {
            JsonObject data = await client.ExpectAsync("chunk_received");
            ((int)data["chunk_index"]!).ShouldBe(order[i] - '0');
            ((double)data["progress"]!).ShouldBe(100.0 * (i + 1) / order.Length);
            ((string)data["status"]!).ShouldBe("received");
        }

        await client.ExpectAsync("upload_complete");
        host.Jobs.Files[id].ShouldBe(Audio);
        await Until.TrueAsync(() => host.TempFiles.Count == 0);
        host.Protocol.Uploads.ChunkedCount.ShouldBe(0);
        host.Jobs.Tell(new JobEvent.Completed(id, TestTranscripts.Result(id)));
        await client.ExpectAsync("task_complete");
    }

    [Fact]
    public async Task Announcing_echoes_the_plan_and_asks_no_cache()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        host.Jobs.OnFind = static (id, _, options) => TestTranscripts.Result(id, options);
        await using ProtocolClient client = await host.ConnectAsync();

        await client.SendAsync("upload_request", ProtocolClient.Announcement(Audio, Chunk));

        JsonObject ready = await client.ExpectAsync("upload_ready");
        ((int)ready["chunk_size"]!).ShouldBe(Chunk);
        ((int)ready["total_chunks"]!).ShouldBe(5);
        Guid id = Guid.Parse((string)ready["task_id"]!);
        for (int index = 0; index < 5; index++)
        {
            await client.SendChunkAsync(id, Audio, Chunk, index);
            await client.ExpectAsync("chunk_received");
        }

        // A cached run has no acknowledgement: the result follows the last chunk.
        await client.ExpectAsync("task_complete");
        host.Jobs.Submissions.ShouldBeEmpty();
        await Until.TrueAsync(() => host.TempFiles.Count == 0);
        await client.SendAsync("task_status", new { task_id = id });
        await client.ExpectErrorAsync("task_not_found");
    }

    [Fact]
    public async Task The_early_hit_can_be_switched_on()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync(options => options with { Transcription = options.Transcription with { EarlyHitForChunked = true } });
        host.Jobs.OnFind = static (id, _, options) => TestTranscripts.Result(id, options);
        await using ProtocolClient client = await host.ConnectAsync();

        await client.SendAsync("upload_request", ProtocolClient.Announcement(Audio, Chunk));

        await client.ExpectAsync("task_complete");
        host.Protocol.Uploads.ChunkedCount.ShouldBe(0);
    }

    [Fact]
    public async Task Wrong_chunks_are_refused_one_by_one()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        Guid id = await client.AnnounceAsync(Audio, Chunk);

        await client.SendAsync("upload_chunk", new { chunk_index = 0, chunk_data = "QUJD" });
        await client.ExpectErrorAsync("missing_chunk_data");
        await client.SendAsync("upload_chunk", new { task_id = id, chunk_data = "QUJD" });
        await client.ExpectErrorAsync("missing_chunk_data");
        await client.SendAsync("upload_chunk", new { task_id = id, chunk_index = 0 });
        await client.ExpectErrorAsync("missing_chunk_data");
        await client.SendChunkAsync(Guid.NewGuid(), Audio, Chunk, 0);
        await client.ExpectErrorAsync("session_not_found");
        await client.SendAsync("upload_chunk", new { task_id = id, chunk_index = 5, chunk_data = "QUJD" });
        (await client.ExpectErrorAsync("chunk_upload_error")).ShouldContain("from 0 to 4");
        await client.SendAsync("upload_chunk", new { task_id = id, chunk_index = -1, chunk_data = "QUJD" });
        await client.ExpectErrorAsync("chunk_upload_error");
        await client.SendAsync("upload_chunk", new { task_id = id, chunk_index = 0, chunk_data = "QUJ?" });
        await client.ExpectErrorAsync("chunk_upload_error");
        await client.SendAsync("upload_chunk", new { task_id = id, chunk_index = 4, chunk_data = "QUJD" });
        (await client.ExpectErrorAsync("chunk_upload_error")).ShouldContain("4444 bytes, got 3");
        await client.SendChunkAsync(id, Audio, Chunk, 0, hash: ProtocolClient.Md5([1]));
        (await client.ExpectErrorAsync("chunk_hash_mismatch")).ShouldContain("0");
        await client.SendAsync("finalize_upload", new { task_id = id });
        (await client.ExpectErrorAsync("finalize_error")).ShouldContain("0 of 5");
        await client.SendChunkAsync(id, Audio, Chunk, 0, hash: ProtocolClient.Md5(Audio.AsSpan(0, Chunk)).ToUpperInvariant());
        await client.ExpectAsync("chunk_received");
        await client.SendAsync("upload_chunk", new { task_id = id, chunk_index = "0", chunk_data = "QUJD" });
        JsonObject again = await client.ExpectAsync("chunk_received");
        ((string)again["status"]!).ShouldBe("duplicate");
        ((double)again["progress"]!).ShouldBe(20.0);
        host.Log.AboveWarning.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_with_another_hash_drops_the_upload()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        Guid id = await client.AnnounceAsync(Audio, Audio.Length);

        await client.SendChunkAsync(id, [.. Audio[1..], 0], Audio.Length, 0);

        await client.ExpectAsync("chunk_received");
        await client.ExpectErrorAsync("file_hash_mismatch");
        await client.SendChunkAsync(id, Audio, Audio.Length, 0);
        await client.ExpectErrorAsync("session_not_found");
        await Until.TrueAsync(() => host.TempFiles.Count == 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_full_queue_keeps_the_upload_for_another_try(bool isError)
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync(options => options with { Transcription = options.Transcription with { QueueFullAsError = isError } });
        host.Jobs.OnSubmit = static _ => new SubmitOutcome.QueueFull(45, 100, 100);
        await using ProtocolClient client = await host.ConnectAsync();
        Guid id = await client.AnnounceAsync(Audio, Audio.Length);
        await client.SendChunkAsync(id, Audio, Audio.Length, 0);
        await client.ExpectAsync("chunk_received");
        if (isError)
            (await client.ExpectErrorAsync("finalize_error")).ShouldContain("队列已满");
        else
            ((int)(await client.ExpectAsync("queue_full"))["retry_after"]!).ShouldBe(45);
        host.UploadedFiles.ShouldBeEmpty();
        await Until.TrueAsync(() => host.TempFiles.Count == 1);

        host.Jobs.OnSubmit = static _ => new SubmitOutcome.Accepted(new QueuePlace(1, default), IsWaiting: false);
        await client.SendAsync("finalize_upload", new { task_id = id });
        await client.ExpectAsync("upload_complete");
        await client.SendAsync("finalize_upload", new { task_id = id });
        ((string)(await client.ExpectAsync("task_status"))["status"]!).ShouldBe("pending");

        host.Jobs.Files[id].ShouldBe(Audio);
        await Until.TrueAsync(() => host.TempFiles.Count == 0);
        host.Jobs.Tell(new JobEvent.Completed(id, TestTranscripts.Result(id)));
        await client.ExpectAsync("task_complete");
        await client.ExpectNothingAsync();
        await client.SendAsync("finalize_upload", new { task_id = Guid.NewGuid() });
        await client.ExpectErrorAsync("session_not_found");
        await client.SendAsync("finalize_upload", new { });
        await client.ExpectErrorAsync("missing_task_id");
    }

    [Fact]
    public async Task An_upload_goes_on_over_another_connection_and_its_job_speaks_there()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient first = await host.ConnectAsync();
        Guid id = await first.AnnounceAsync(Audio, Chunk);
        await first.SendChunkAsync(id, Audio, Chunk, 3);
        await first.ExpectAsync("chunk_received");
        await using ProtocolClient second = await host.ConnectAsync();

        await second.SendAsync("task_status", new { task_id = id });
        JsonObject status = await second.ExpectAsync("task_status");
        status["received_chunks"]!.ToJsonString().ShouldBe("[3]");
        ((string)status["status"]!).ShouldBe("pending");
        foreach (int index in (int[])[0, 1, 2, 4])
        {
            await second.SendChunkAsync(id, Audio, Chunk, index);
            await second.ExpectAsync("chunk_received");
        }

        await second.ExpectAsync("upload_complete");
        host.Jobs.Tell(new JobEvent.Progressed(id, 0, "x"));
        await second.ExpectAsync("task_progress");
        await first.ExpectNothingAsync();

        // Asking to finalise again is the way to hear of a job on a new connection.
        await first.SendAsync("finalize_upload", new { task_id = id });
        await first.ExpectAsync("task_status");
        host.Jobs.Tell(new JobEvent.Completed(id, TestTranscripts.Result(id)));
        await first.ExpectAsync("task_complete");
        await second.ExpectNothingAsync();
    }

    [Fact]
    public async Task Resending_everything_after_a_refusal_ends_in_a_job()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        host.Jobs.OnSubmit = static _ => new SubmitOutcome.QueueFull(1, 1, 1);
        await using ProtocolClient client = await host.ConnectAsync();
        Guid id = await client.AnnounceAsync(Audio, Chunk * 3);
        await client.SendChunkAsync(id, Audio, Chunk * 3, 0);
        await client.ExpectAsync("chunk_received");
        await client.SendChunkAsync(id, Audio, Chunk * 3, 1);
        await client.ExpectAsync("chunk_received");
        await client.ExpectAsync("queue_full");
        host.Jobs.OnSubmit = static _ => new SubmitOutcome.Accepted(new QueuePlace(1, default), IsWaiting: false);

        await client.SendChunkAsync(id, Audio, Chunk * 3, 0);
        ((string)(await client.ExpectAsync("chunk_received"))["status"]!).ShouldBe("duplicate");
        await client.SendChunkAsync(id, Audio, Chunk * 3, 1);
        ((string)(await client.ExpectAsync("chunk_received"))["status"]!).ShouldBe("duplicate");

        await client.ExpectAsync("upload_complete");
    }

    [Fact]
    public async Task Uploads_expire_by_idleness_and_their_number_is_limited()
    {
        ManualClock clock = new();
        await using ProtocolHost host = await ProtocolHost.StartAsync(options => options with { Transcription = options.Transcription with { UploadSessionMaxCount = 2 } }, clock);
        await using ProtocolClient client = await host.ConnectAsync();
        Guid used = await client.AnnounceAsync(Audio, Chunk);
        Guid idle = await client.AnnounceAsync(Audio, Chunk);
        await client.SendAsync("upload_request", ProtocolClient.Announcement(Audio, Chunk));
        (await client.ExpectErrorAsync("too_many_sessions")).ShouldContain("2");

        for (int index = 0; index < 3; index++)
        {
            clock.Advance(TimeSpan.FromSeconds(1000));
            await client.SendChunkAsync(used, Audio, Chunk, index);
            await client.ExpectAsync("chunk_received");
        }

        await client.SendChunkAsync(idle, Audio, Chunk, 0);
        await client.ExpectErrorAsync("session_not_found");
        host.Protocol.Uploads.ChunkedCount.ShouldBe(1);
        await client.SendAsync("cancel_task", new { task_id = used });
        await client.ExpectAsync("task_cancelled");
        await Until.TrueAsync(() => host.TempFiles.Count == 0);
    }
}
