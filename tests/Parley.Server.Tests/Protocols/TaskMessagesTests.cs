using System.Text.Json.Nodes;
using Parley.Server.Jobs;

namespace Parley.Server.Tests.Protocols;

public sealed class TaskMessagesTests
{
    private static readonly byte[] Audio = [1, 2, 3, 4];

    [Fact]
    public async Task Status_tells_every_state()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        JobStatus running = host.Jobs.Know(JobState.Processing);
        JobStatus failed = host.Jobs.Know(JobState.Failed, "音频时长过短");
        JobStatus done = host.Jobs.Know(JobState.Completed);
        host.Jobs.KnowResult(TestTranscripts.Result(done.Id));
        Guid evicted = Guid.NewGuid();
        host.Jobs.Evict(evicted);

        JsonObject status = await StatusAsync(client, running.Id);
        status.Select(member => member.Key).ShouldBe(["task_id", "status", "progress", "result", "error"]);
        ((string)status["status"]!).ShouldBe("processing");
        ((string)(await StatusAsync(client, failed.Id))["error"]!).ShouldBe("音频时长过短");
        status = await StatusAsync(client, done.Id);
        ((string)status["status"]!).ShouldBe("completed");
        status["result"]!["segments"]!.AsArray().Count.ShouldBe(2);
        Guid pending = await client.AnnounceAsync(Audio);
        ((string)(await StatusAsync(client, pending))["status"]!).ShouldBe("pending");
        await client.SendAsync("task_status", new { task_id = evicted });
        await client.ExpectErrorAsync("task_expired");
        await client.SendAsync("task_status", new { task_id = Guid.NewGuid() });
        await client.ExpectErrorAsync("task_not_found");
        await client.SendAsync("task_status", new { task_id = 5 });
        await client.ExpectErrorAsync("task_not_found");
        await client.SendAsync("task_status", new { });
        await client.ExpectErrorAsync("missing_task_id");
    }

    [Fact]
    public async Task Batch_has_an_item_for_each_of_fifty_ids_in_order()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        JobStatus done = host.Jobs.Know(JobState.Completed);
        host.Jobs.KnowResult(TestTranscripts.Result(done.Id));
        JobStatus srt = host.Jobs.Know(JobState.Completed, options: new JobOptions { Format = ResultFormat.Srt });
        host.Jobs.KnowResult(TestTranscripts.Result(srt.Id, srt.Options));
        JobStatus bare = host.Jobs.Know(JobState.Completed);
        JobStatus cancelled = host.Jobs.Know(JobState.Cancelled);
        JobStatus running = host.Jobs.Know(JobState.Processing, "first attempt failed");
        Guid evicted = Guid.NewGuid();
        host.Jobs.Evict(evicted);
        object[] ids = [done.Id, srt.Id, bare.Id, cancelled.Id, running.Id, evicted, "a-7", .. Enumerable.Repeat<object>("x", 60)];

        await client.SendAsync("task_status_batch", new { task_ids = ids });
        JsonArray items = (await client.ExpectAsync("task_status_batch"))["items"]!.AsArray();

        items.Count.ShouldBe(50);
        items.ShouldAllBe(item => item!.AsObject().Count == 6);
        items.Select(item => (string)item!["task_id"]!).ShouldBe(ids.Take(50).Select(id => id.ToString()!));
        items.Take(7).Select(item => (string?)item!["status"]).ShouldBe(["completed", "completed", null, "cancelled", "processing", null, null]);
        items.Take(7).Select(item => (string?)item!["error"]).ShouldBe([null, null, "task_expired", "cancelled", null, "task_expired", "task_not_found"]);
        items[0]!["result"]!["segments"]!.AsArray().Count.ShouldBe(2);
        items[0]!["srt_content"].ShouldBeNull();
        items[1]!["result"].ShouldBeNull();
        ((string)items[1]!["srt_content"]!).ShouldStartWith("1\n00:00:00,110 --> ");
    }

    [Fact]
    public async Task Batch_leaves_results_that_do_not_fit_for_the_next_poll()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        Guid[] ids = [.. Enumerable.Range(0, 4).Select(_ => host.Jobs.Know(JobState.Completed).Id)];
        foreach (Guid id in ids)
            host.Jobs.KnowResult(TestTranscripts.Result(id, transcript: TestTranscripts.OfSize(3 << 20)));

        await client.SendAsync("task_status_batch", new { task_ids = ids });
        string frame = (await client.ReceiveTextAsync())!;

        System.Text.Encoding.UTF8.GetByteCount(frame).ShouldBeLessThan(9 << 20);
        JsonArray items = JsonNode.Parse(frame)!["data"]!["items"]!.AsArray();
        items.Select(item => (string)item!["status"]!).ShouldBe(["completed", "completed", "processing", "processing"]);
        items.ShouldAllBe(item => (double)item!["progress"]! == 100);
        items[3]!["result"].ShouldBeNull();
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"task_ids":[]}""")]
    [InlineData("""{"task_ids":"a"}""")]
    public async Task Batch_needs_ids(string data)
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();

        await client.SendAsync("task_status_batch", JsonNode.Parse(data)!);

        await client.ExpectErrorAsync("missing_task_ids");
    }

    [Fact]
    public async Task Batch_skips_what_is_no_id()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();

        await client.SendTextAsync("""{"type":"task_status_batch","data":{"task_ids":[5,null,"\ud800","a"]}}""");

        (await client.ExpectAsync("task_status_batch"))["items"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Cancelling_ends_the_frames_about_a_job()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        await using ProtocolClient other = await host.ConnectAsync();
        Guid id = await client.AnnounceAsync(Audio);
        await client.SendFileAsync(id, Audio);
        await client.ExpectAsync("upload_complete");
        Guid waiting = await client.AnnounceAsync(Audio);

        await other.SendAsync("cancel_task", new { task_id = id });
        ((string)(await other.ExpectAsync("task_cancelled"))["task_id"]!).ShouldBe(id.ToString());
        await other.SendAsync("cancel_task", new { task_id = waiting });
        await other.ExpectAsync("task_cancelled");

        host.Jobs.Tell(new JobEvent.Progressed(id, 50, "late"));
        await client.ExpectNothingAsync();
        await other.SendAsync("cancel_task", new { task_id = id });
        await other.ExpectErrorAsync("cancel_failed");
        await other.SendAsync("cancel_task", new { task_id = Guid.NewGuid() });
        await other.ExpectErrorAsync("cancel_failed");
        await other.SendAsync("cancel_task", new { });
        await other.ExpectErrorAsync("missing_task_id");
        ((string)(await StatusAsync(other, id))["status"]!).ShouldBe("cancelled");
    }

    private static async Task<JsonObject> StatusAsync(ProtocolClient client, Guid id)
    {
        await client.SendAsync("task_status", new { task_id = id });
        return await client.ExpectAsync("task_status");
    }
}
