using System.Text;
using System.Text.Json.Nodes;
using Parley.Server.Jobs;

namespace Parley.Server.Tests.Protocols;

public sealed class SingleUploadTests
{
    private static readonly byte[] Audio = [.. Enumerable.Range(0, 40_000).Select(value => (byte)(value * 31))];

    [Fact]
    public async Task An_upload_becomes_a_job_and_its_result_the_last_frame()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        Guid id = await client.AnnounceAsync(Audio);

        await client.SendFileAsync(id, Audio);

        ((string)(await client.ExpectAsync("upload_complete"))["task_id"]!).ShouldBe(id.ToString());
        JobSubmission job = host.Jobs.Submissions.Single();
        job.Id.ShouldBe(id);
        job.FileName.ShouldBe("会议.wav");
        host.Jobs.Files[id].ShouldBe(Audio);
        host.UploadedFiles.ShouldBe([job.Audio.Path]);
        Path.GetFileName(job.Audio.Path).ShouldBe($"{id}.wav");
        await Until.TrueAsync(() => host.TempFiles.Count == 0);
        host.Jobs.Tell(new JobEvent.Progressed(id, 0, "开始处理"));
        host.Jobs.Tell(new JobEvent.Progressed(id, 45, "转录进度: 45.0%"));
        host.Jobs.Tell(new JobEvent.Completed(id, TestTranscripts.Result(id)));
        ((int)(await client.ExpectAsync("task_progress"))["progress"]!).ShouldBe(0);
        ((int)(await client.ExpectAsync("task_progress"))["progress"]!).ShouldBe(45);
        ((int)(await client.ExpectAsync("task_progress"))["progress"]!).ShouldBe(100);
        ((string)(await client.ExpectAsync("task_complete"))["task_id"]!).ShouldBe(id.ToString());
        await client.ExpectNothingAsync();
        host.Log.AboveWarning.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cached_result_is_the_only_answer_to_the_request()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        host.Jobs.OnFind = static (id, _, options) => TestTranscripts.Result(id, options);
        await using ProtocolClient client = await host.ConnectAsync();

        await client.SendAsync("upload_request", ProtocolClient.Announcement(Audio));
        JsonObject data = await client.ExpectAsync("task_complete");

        ((string)data["result"]!["file_name"]!).ShouldBe("会议.wav");
        ((string)data["result"]!["task_id"]!).ShouldBe((string)data["task_id"]!);
        await client.SendAsync("upload_request", ProtocolClient.Announcement(Audio, isForced: true));
        await client.ExpectAsync("upload_ready");
        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task A_result_that_is_there_at_submission_comes_behind_the_acknowledgement()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        host.Jobs.OnSubmit = static job => new SubmitOutcome.Completed(TestTranscripts.Result(job.Id, job.Options));
        await using ProtocolClient client = await host.ConnectAsync();
        Guid id = await client.AnnounceAsync(Audio);

        await client.SendFileAsync(id, Audio);

        await client.ExpectAsync("upload_complete");
        await client.ExpectAsync("task_complete");
        await client.ExpectNothingAsync();
        host.UploadedFiles.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true, "task_queued")]
    [InlineData(false, "upload_complete")]
    public async Task A_job_that_waits_is_acknowledged_as_queued_unless_that_is_off(bool isTold, string first)
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync(options => options with { Transcription = options.Transcription with { QueueStatusEnabled = isTold } });
        QueuePlace place = new(5, TimeSpan.FromSeconds(90));
        host.Jobs.OnSubmit = _ => new SubmitOutcome.Accepted(place, IsWaiting: true);
        await using ProtocolClient client = await host.ConnectAsync();
        Guid id = await client.AnnounceAsync(Audio);

        await client.SendFileAsync(id, Audio);
        host.Jobs.Tell(new JobEvent.Queued(id, place));
        host.Jobs.Tell(new JobEvent.Queued(id, place));

        await client.ExpectAsync(first);
        JsonObject repeated = await client.ExpectAsync(isTold ? "task_queued" : "task_progress");
        ((string)repeated["task_id"]!).ShouldBe(id.ToString());
        if (isTold)
            await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task A_job_behind_busy_slots_is_acknowledged_and_then_told_its_place()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        Guid id = await client.AnnounceAsync(Audio);

        await client.SendFileAsync(id, Audio);
        host.Jobs.Tell(new JobEvent.Queued(id, new QueuePlace(1, TimeSpan.FromSeconds(30))));

        await client.ExpectAsync("upload_complete");
        ((int)(await client.ExpectAsync("task_queued"))["queue_position"]!).ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_full_queue_is_told_and_nothing_stays(bool isError)
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync(options => options with { Transcription = options.Transcription with { QueueFullAsError = isError } });
        host.Jobs.OnSubmit = static _ => new SubmitOutcome.QueueFull(45, 100, 100);
        await using ProtocolClient client = await host.ConnectAsync();
        Guid id = await client.AnnounceAsync(Audio);

        await client.SendFileAsync(id, Audio);

        string text = isError ? await client.ExpectErrorAsync("upload_data_error") : (string)(await client.ExpectAsync("queue_full"))["message"]!;
        text.ShouldContain("队列已满");
        await client.SendFileAsync(id, Audio);
        await client.ExpectErrorAsync("task_not_found");
        host.UploadedFiles.ShouldBeEmpty();
        await Until.TrueAsync(() => host.TempFiles.Count == 0);
    }

    [Fact]
    public async Task A_wrong_file_is_refused_and_the_right_one_may_follow()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        Guid id = await client.AnnounceAsync(Audio);

        await client.SendAsync("upload_data", new { file_data = "QUJD" });
        await client.ExpectErrorAsync("missing_task_id");
        await client.SendAsync("upload_data", new { task_id = Guid.NewGuid(), file_data = "QUJD" });
        await client.ExpectErrorAsync("task_not_found");
        await client.SendAsync("upload_data", new { task_id = "../../etc/passwd", file_data = "QUJD" });
        await client.ExpectErrorAsync("task_not_found");
        await client.SendAsync("upload_data", new { task_id = id });
        await client.ExpectErrorAsync("missing_file_data");
        await client.SendAsync("upload_data", new { task_id = id, file_data = 5 });
        await client.ExpectErrorAsync("missing_file_data");
        await client.SendAsync("upload_data", new { task_id = id, file_data = "QUJ*" });
        await client.ExpectErrorAsync("upload_data_error");
        await client.SendFileAsync(id, Audio[1..]);
        (await client.ExpectErrorAsync("size_mismatch")).ShouldContain("expected 40000 bytes, got 39999");
        await client.SendFileAsync(id, [.. Audio, 1, 2, 3]);
        (await client.ExpectErrorAsync("size_mismatch")).ShouldContain("got 40003");
        await client.SendFileAsync(id, [.. Audio[..^1], 1]);
        await client.ExpectErrorAsync("hash_mismatch");
        await Until.TrueAsync(() => host.TempFiles.Count == 0);
        await client.SendFileAsync(id, Audio);
        await client.ExpectAsync("upload_complete");
        await client.SendFileAsync(id, Audio);
        await client.ExpectErrorAsync("upload_data_error");
        host.Jobs.Submissions.Count.ShouldBe(1);
        host.Log.AboveWarning.ShouldBeEmpty();
    }

    [Fact]
    public async Task Members_may_come_in_any_order_and_with_escapes()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        Guid id = await client.AnnounceAsync(Audio);
        string escaped = Convert.ToBase64String(Audio).Replace("/", "\\/", StringComparison.Ordinal).Replace("+", "\\u002b", StringComparison.Ordinal);

        await client.SendTextAsync($$"""{"data":{"file_data":"{{escaped}}","task_id":"{{id}}"},"type":"upload_data"}""", System.Net.WebSockets.WebSocketMessageType.Binary);

        await client.ExpectAsync("upload_complete");
        host.Jobs.Files[id].ShouldBe(Audio);
    }

    [Fact]
    public async Task A_failed_job_is_told_twice_unless_that_is_off()
    {
        foreach (bool isTwice in (bool[])[true, false])
        {
            await using ProtocolHost host = await ProtocolHost.StartAsync(options => options with { Transcription = options.Transcription with { ErrorAfterFailure = isTwice } });
            await using ProtocolClient client = await host.ConnectAsync();
            Guid id = await client.AnnounceAsync(Audio);
            await client.SendFileAsync(id, Audio);
            await client.ExpectAsync("upload_complete");

            host.Jobs.Tell(new JobEvent.Progressed(id, 10, "x"));
            JobStatus failed = host.Jobs.Know(host.Jobs.Submissions.Single(), JobState.Failed, "音频时长过短") with { Fault = JobFault.Audio };
            host.Jobs.Tell(new JobEvent.Ended(id, failed));

            await client.ExpectAsync("task_progress");
            JsonObject data = await client.ExpectAsync("task_progress");
            ((string)data["status"]!).ShouldBe("failed");
            ((int)data["progress"]!).ShouldBe(10);
            ((string)data["message"]!).ShouldBe("任务失败: 音频时长过短");
            ((string)data["error_type"]!).ShouldBe("audio_error");
            if (isTwice)
            {
                JsonObject error = await client.ExpectAsync("error");
                ((string)error["error"]!).ShouldBe("task_failed");
                ((string)error["details"]!["task_id"]!).ShouldBe(id.ToString());
            }

            await client.ExpectNothingAsync();
        }
    }

    [Fact]
    public async Task Requests_that_are_never_followed_by_data_leave_nothing()
    {
        ManualClock clock = new();
        await using ProtocolHost host = await ProtocolHost.StartAsync(clock: clock);
        for (int round = 0; round < 20; round++)
        {
            await using ProtocolClient client = await host.ConnectAsync();
            await client.AnnounceAsync(Audio);
        }

        host.Protocol.Uploads.SingleCount.ShouldBe(20);
        await Until.TrueAsync(() => host.TempFiles.Count == 0);
        host.Jobs.Submissions.ShouldBeEmpty();
        clock.Advance(TimeSpan.FromSeconds(1801));
        host.Protocol.Uploads.SingleCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_server_that_cannot_take_jobs_says_so_before_the_upload()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        host.Jobs.Refusal = new SubmitOutcome.Refused("the server stops");

        await client.SendAsync("upload_request", ProtocolClient.Announcement(Audio));
        (await client.ExpectErrorAsync("upload_error")).ShouldBe("the server stops");
        await client.SendAsync("upload_request", ProtocolClient.Announcement(Audio, chunkSize: 10_000));
        await client.ExpectErrorAsync("chunked_upload_error");
        host.Jobs.Refusal = new SubmitOutcome.QueueFull(1, 1, 1);
        await client.AnnounceAsync(Audio);
    }

    [Fact]
    public async Task A_full_disk_is_told_before_the_upload()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync(options => options with { Server = options.Server with { MinFreeDiskMb = int.MaxValue } });
        await using ProtocolClient client = await host.ConnectAsync();

        await client.SendAsync("upload_request", ProtocolClient.Announcement(Audio));

        (await client.ExpectErrorAsync("upload_error")).ShouldContain("磁盘空间不足");
    }

    [Fact]
    public async Task Spools_of_broken_connections_are_deleted()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        byte[] file = new byte[4 << 20];
        Guid id = await client.AnnounceAsync(file);
        await client.SendPieceAsync(Encoding.UTF8.GetBytes($$"""{"type":"upload_data","data":{"task_id":"{{id}}","file_data":"{{Convert.ToBase64String(file.AsSpan(0, 3 << 20))}}"""), isLast: false);
        await Until.TrueAsync(() => host.TempFiles.Count == 1);

        client.Socket.Abort();

        await Until.TrueAsync(() => host.TempFiles.Count == 0 && host.Protocol.OpenConnections == 0);
        host.Log.AboveWarning.ShouldBeEmpty();
    }

    [Fact]
    public async Task More_than_was_announced_is_counted_and_not_written()
    {
        await using ProtocolHost host = await ProtocolHost.StartAsync();
        await using ProtocolClient client = await host.ConnectAsync();
        Guid id = await client.AnnounceAsync(Audio);
        byte[] piece = Encoding.ASCII.GetBytes(new string('A', 4 << 20));
        await client.SendPieceAsync(Encoding.UTF8.GetBytes($$"""{"type":"upload_data","data":{"task_id":"{{id}}","file_data":"AAAA"""), isLast: false);
        for (int i = 0; i < 4; i++)
            await client.SendPieceAsync(piece, isLast: false);
        host.TempFiles.Sum(file => new FileInfo(file).Length).ShouldBeLessThanOrEqualTo(Audio.Length);

        await client.SendPieceAsync("\"}}"u8.ToArray(), isLast: true);

        (await client.ExpectErrorAsync("size_mismatch")).ShouldContain($"got {(12 << 20) + 3}");
    }
}
