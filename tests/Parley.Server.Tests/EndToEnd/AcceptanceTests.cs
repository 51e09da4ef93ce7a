using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Parley.Server.Tests.EndToEnd;

/// <summary>What clients of the original expect, against a whole server with the shipped models. Both modes pass the same scenarios.</summary>
public abstract partial class AcceptanceTests(AcceptanceTests.RunningServer running)
{
    private ServerProcess Server => running.Process;

    [Fact]
    public async Task Small_file_goes_through_every_step_in_order()
    {
        byte[] recording = Recordings.Whole;
        await using SpkClient client = await SpkClient.ConnectAsync(Server.WebSocket);
        Frame ready = await client.RequestAsync(recording, "interview.wav", data => data["force_refresh"] = true);
        ready.Type.ShouldBe("upload_ready");
        await client.SendAsync("upload_data", new JsonObject { ["task_id"] = ready.TaskId, ["file_data"] = Convert.ToBase64String(recording) });

        List<Frame> frames = await client.ReceiveUntilAsync(["task_complete", "error"]);

        frames[0].Type.ShouldBeOneOf("upload_complete", "task_queued");
        frames[^1].Type.ShouldBe("task_complete", frames[^1].Text);
        int[] progress = [.. frames.Where(frame => frame.Type == "task_progress").Select(frame => (int)frame.Data["progress"]!)];
        progress[0].ShouldBe(0);
        progress[^1].ShouldBe(100);
        progress.ShouldBeInOrder();
        frames.Where(frame => frame.Data.ContainsKey("task_id")).ShouldAllBe(frame => frame.TaskId == ready.TaskId);

        JsonObject result = frames[^1].Data["result"]!.AsObject();
        ((string)result["task_id"]!).ShouldBe(ready.TaskId);
        ((string)result["file_name"]!).ShouldBe("interview.wav");
        ((string)result["file_hash"]!).ShouldBe(SpkClient.Md5(recording));
        ((double)result["duration"]!).ShouldBe(65.187, 0.01);
        result["processing_time"].ShouldNotBeNull();
        result["error"].ShouldBeNull();
        result["speakers"]!.AsArray().Select(speaker => (string)speaker!).ShouldBe(["Speaker1", "Speaker2"]);
        foreach (JsonNode? segment in result["segments"]!.AsArray())
        {
            ((string)segment!["text"]!).ShouldNotBeEmpty();
            ((string)segment["speaker"]!).ShouldBeOneOf("Speaker1", "Speaker2");
            ((double)segment["end_time"]!).ShouldBeGreaterThan((double)segment["start_time"]!);
        }

        // Chinese is written as it is.
        frames[^1].Text.ShouldContain((string)result["segments"]![0]!["text"]!);
    }

    [Fact]
    public async Task Same_file_again_is_answered_at_once_in_both_formats()
    {
        byte[] recording = Recordings.Cut(3, 12);
        JsonObject first = (await TranscribeAsync(recording, "first.wav")).Data["result"]!.AsObject();
        await using SpkClient client = await SpkClient.ConnectAsync(Server.WebSocket);

        Frame json = await client.RequestAsync(recording, "second.wav");
        Frame srt = await client.RequestAsync(recording, "third.wav", data => data["output_format"] = "srt");

        json.Type.ShouldBe("task_complete");
        JsonObject second = json.Data["result"]!.AsObject();
        second["segments"]!.ToJsonString().ShouldBe(first["segments"]!.ToJsonString());
        ((string)second["file_name"]!).ShouldBe("second.wav");
        ((string)second["task_id"]!).ShouldBe(json.TaskId);
        srt.Type.ShouldBe("task_complete");
        ((string)srt.Data["result"]!["format"]!).ShouldBe("srt");
        Cues().IsMatch((string)srt.Data["result"]!["content"]!).ShouldBeTrue((string)srt.Data["result"]!["content"]!);
    }

    [Fact]
    public async Task File_in_pieces_gives_what_one_frame_gives()
    {
        byte[] recording = Recordings.Cut(20, 15);
        JsonObject whole = (await TranscribeAsync(recording, "whole.wav", data => data["force_refresh"] = true)).Data["result"]!.AsObject();
        await using SpkClient client = await SpkClient.ConnectAsync(Server.WebSocket);

        // Known by now: everything is uploaded all the same, and the result follows the last receipt.
        Frame cached = await client.UploadInChunksAsync(recording, "pieces.wav", 100_000);
        Frame acknowledged = await client.UploadInChunksAsync(recording, "pieces.wav", 65_536, data => data["force_refresh"] = true);

        cached.Type.ShouldBe("task_complete");
        cached.Data["result"]!["segments"]!.ToJsonString().ShouldBe(whole["segments"]!.ToJsonString());
        acknowledged.Type.ShouldBeOneOf("upload_complete", "task_queued");
        Frame complete = (await client.ReceiveUntilAsync(["task_complete", "error"]))[^1];
        complete.Type.ShouldBe("task_complete", complete.Text);
        complete.Data["result"]!["segments"]!.ToJsonString().ShouldBe(whole["segments"]!.ToJsonString());
        ((string)complete.Data["result"]!["metadata"]!["engine"]!).ShouldBe("funasr");
    }

    [Fact]
    public async Task Labels_are_left_out_where_nobody_asks_for_them()
    {
        byte[] recording = Recordings.Cut(0, 14);
        await TranscribeAsync(recording, "labelled.wav");

        JsonObject result = (await TranscribeAsync(recording, "plain.wav", data => data["diarize"] = false)).Data["result"]!.AsObject();
        string srt = (string)(await TranscribeAsync(recording, "plain.wav", data =>
        {
            data["diarize"] = false;
            data["output_format"] = "srt";
        })).Data["result"]!["content"]!;

        result["speakers"]!.AsArray().ShouldBeEmpty();
        result["segments"]!.AsArray().ShouldNotBeEmpty();
        result["segments"]!.AsArray().ShouldAllBe(segment => segment!["speaker"] == null);
        ((bool)result["metadata"]!["projected"]!).ShouldBeTrue();
        ((bool)result["metadata"]!["diarize"]!).ShouldBeFalse();
        srt.ShouldNotContain("Speaker");
        srt.ShouldContain("-->");
    }

    [Fact]
    public async Task Silence_is_an_empty_success()
    {
        byte[] silence = Recordings.Cut(0, 5);
        silence.AsSpan(44).Clear();

        JsonObject result = (await TranscribeAsync(silence, "silence.wav")).Data["result"]!.AsObject();
        JsonObject srt = (await TranscribeAsync(silence, "silence.wav", data => data["output_format"] = "srt")).Data["result"]!.AsObject();

        result["segments"]!.AsArray().ShouldBeEmpty();
        result["speakers"]!.AsArray().ShouldBeEmpty();
        ((string)srt["content"]!).ShouldBeEmpty();
    }

    [Fact]
    public async Task Broken_recording_is_told_twice_and_not_retried()
    {
        byte[] noise = new byte[20_000];
        new Random(5).NextBytes(noise);
        await using SpkClient client = await SpkClient.ConnectAsync(Server.WebSocket);
        Frame acknowledged = await client.UploadAsync(noise, "broken.mp3");
        acknowledged.Type.ShouldBeOneOf("upload_complete", "task_queued");

        List<Frame> frames = await client.ReceiveUntilAsync(["task_complete", "error"]);

        Frame failed = frames[^2];
        failed.Type.ShouldBe("task_progress");
        failed["status"].ShouldBe("failed");
        failed["error_type"].ShouldBe("audio_error");
        frames[^1]["error"].ShouldBe("task_failed");
        ((string)frames[^1].Data["details"]!["task_id"]!).ShouldBe(acknowledged.TaskId);
        frames.Count(frame => frame.Type == "task_progress" && frame["progress"] == "0").ShouldBe(1);
        Frame status = await client.StatusAsync(acknowledged.TaskId);
        status["status"].ShouldBe("failed");
        status["error"].ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Parallel_clients_get_their_own_results()
    {
        const int clients = 6;
        byte[][] recordings = [.. Enumerable.Range(0, clients).Select(client => Recordings.Cut(client * 9.5, 7))];

        Frame[] results = await Task.WhenAll(recordings.Select((recording, client) => TranscribeAsync(recording, $"parallel-{client}.wav", data => data["force_refresh"] = true)));

        for (int client = 0; client < clients; client++)
        {
            ((string)results[client].Data["result"]!["file_hash"]!).ShouldBe(SpkClient.Md5(recordings[client]));
            ((string)results[client].Data["result"]!["file_name"]!).ShouldBe($"parallel-{client}.wav");
        }
    }

    [Fact]
    public async Task Batch_answers_fifty_ids_and_never_completed_without_its_result()
    {
        Frame done = await TranscribeAsync(Recordings.Cut(2, 6), "batch.wav");
        Frame srt = await TranscribeAsync(Recordings.Cut(2, 6), "batch.wav", data => data["output_format"] = "srt");
        await using SpkClient client = await SpkClient.ConnectAsync(Server.WebSocket);
        JsonArray ids = [srt.TaskId, done.TaskId, .. Enumerable.Range(0, 58).Select(_ => (JsonNode)Guid.NewGuid().ToString())];

        await client.SendAsync("task_status_batch", new JsonObject { ["task_ids"] = ids });
        JsonArray items = (await client.ReceiveAsync()).Data["items"]!.AsArray();

        items.Count.ShouldBe(50);
        items.Skip(2).ShouldAllBe(item => item!["status"] == null && (string)item["error"]! == "task_not_found");
        foreach (JsonNode? item in items.Take(2).Where(item => (string?)item!["status"] == "completed"))
            (item!["result"] ?? item["srt_content"]).ShouldNotBeNull();
    }

    [Fact]
    public async Task Cancelled_job_stays_cancelled_and_frees_its_slot()
    {
        byte[] recording = Recordings.Long(900);
        await using SpkClient client = await SpkClient.ConnectAsync(Server.WebSocket);
        Frame acknowledged = await client.UploadInChunksAsync(recording, "long.wav", 4_000_000, data => data["force_refresh"] = true);
        await client.ReceiveUntilAsync(["task_progress"]);

        await client.SendAsync("cancel_task", new JsonObject { ["task_id"] = acknowledged.TaskId });
        (await client.ReceiveUntilAsync(["task_cancelled", "error"]))[^1].Type.ShouldBe("task_cancelled");
        Frame next = await TranscribeAsync(Recordings.Cut(30, 4), "next.wav", data => data["force_refresh"] = true);

        next.Type.ShouldBe("task_complete");
        (await client.StatusAsync(acknowledged.TaskId))["status"].ShouldBe("cancelled");
        await client.SendAsync("cancel_task", new JsonObject { ["task_id"] = acknowledged.TaskId });
        (await client.ReceiveAsync())["error"].ShouldBe("cancel_failed");
    }

    [Fact]
    public async Task Asking_again_and_again_without_sending_leaves_nothing_behind()
    {
        byte[] recording = Recordings.Cut(40, 3.3);
        await using SpkClient client = await SpkClient.ConnectAsync(Server.WebSocket);
        for (int i = 0; i < 100; i++)
            (await client.RequestAsync(recording, "asked.wav")).Type.ShouldBe("upload_ready");

        (await MetricAsync("funasr_tasks_pending")).ShouldBe(0);
        (await MetricAsync("funasr_queue_size")).ShouldBe(0);
    }

    [Fact]
    public async Task Another_engine_is_refused_before_anything_is_uploaded()
    {
        await using SpkClient client = await SpkClient.ConnectAsync(Server.WebSocket);
        foreach (string mode in new[] { "single", "chunked" })
        {
            Frame refused = await client.RequestAsync(Recordings.Cut(1, 2), "a.wav", data =>
            {
                data["engine"] = "qwen3";
                data["upload_mode"] = mode;
                data["chunk_size"] = 1_048_576;
                data["total_chunks"] = 1;
            });
            refused.Type.ShouldBe("error");
            refused["error"].ShouldBe("upload_error");
            refused["message"]!.ShouldContain("qwen3");
            refused["message"]!.ShouldContain("funasr");
        }
    }

    [Fact]
    public async Task Health_and_metrics_answer_beside_the_socket()
    {
        using HttpClient http = new() { BaseAddress = Server.Http };

        JsonObject health = JsonNode.Parse(await http.GetStringAsync(new Uri("health", UriKind.Relative)))!.AsObject();
        string metrics = await http.GetStringAsync(new Uri("metrics", UriKind.Relative));
        string page = await http.GetStringAsync(new Uri("", UriKind.Relative));
        using HttpResponseMessage elsewhere = await http.GetAsync(new Uri("anything/else", UriKind.Relative));

        ((string)health["status"]!).ShouldBe("healthy");
        foreach (string name in new[] { "funasr_queue_size", "funasr_queue_max", "funasr_tasks_inflight", "funasr_task_seconds_ema", "funasr_pool_size", "funasr_uptime_seconds", "funasr_cache_hits" })
            metrics.ShouldContain(name);
        page.ShouldContain("<title>Parley</title>");
        ((int)elsewhere.StatusCode).ShouldBe(426);
        await using SpkClient elsewhereToo = await SpkClient.ConnectAsync(new Uri(Server.WebSocket, "/any/path"));
    }

    [GeneratedRegex(@"\A(\d+\n\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}\nSpeaker\d+:\S.*\n\n)*\d+\n\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}\nSpeaker\d+:\S.*\n\z", RegexOptions.None, 1000)]
    private static partial Regex Cues();

    private async Task<Frame> TranscribeAsync(byte[] recording, string name, Action<JsonObject>? change = null)
    {
        await using SpkClient client = await SpkClient.ConnectAsync(Server.WebSocket);
        Frame answer = await client.UploadAsync(recording, name, change);
        if (answer.Type is "task_complete" or "error")
            return answer;
        Frame end = (await client.ReceiveUntilAsync(["task_complete", "error"]))[^1];
        end.Type.ShouldBe("task_complete", end.Text);
        return end;
    }

    private async Task<double> MetricAsync(string name)
    {
        using HttpClient http = new() { BaseAddress = Server.Http };
        string metrics = await http.GetStringAsync(new Uri("metrics", UriKind.Relative));
        string line = metrics.Split('\n').Single(item => item.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>One server for all scenarios of a mode.</summary>
    public abstract class RunningServer(string mode) : IAsyncLifetime
    {
        private ServerProcess? _process;

        internal ServerProcess Process => _process ?? throw new InvalidOperationException("The server has not started.");

        public async ValueTask InitializeAsync()
            => _process = await ServerProcess.StartAsync(config => config["transcription"]!["concurrency_mode"] = mode);

        public async ValueTask DisposeAsync()
        {
            if (_process is not null)
                await _process.DisposeAsync();
            GC.SuppressFinalize(this);
        }
    }
}

/// <inheritdoc cref="AcceptanceTests"/>
[Trait("Group", "e2e")]
public sealed class PoolAcceptanceTests(PoolAcceptanceTests.Pool server) : AcceptanceTests(server), IClassFixture<PoolAcceptanceTests.Pool>
{
    public sealed class Pool() : RunningServer("pool");
}

/// <inheritdoc cref="AcceptanceTests"/>
[Trait("Group", "e2e")]
public sealed class LockAcceptanceTests(LockAcceptanceTests.Lock server) : AcceptanceTests(server), IClassFixture<LockAcceptanceTests.Lock>
{
    public sealed class Lock() : RunningServer("lock");
}
