using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Server.Jobs;
using Parley.Server.Protocols.WebSockets;

namespace Parley.Server.Tests.Protocols;

public sealed class ServerMessagesTests
{
    private static readonly Guid Id = Guid.Parse("5c1f0f0e-6f5e-4a1e-8f0b-2b7c8d1f9a10");

    private readonly ServerMessages _messages = new(new ManualClock());

    [Fact]
    public void Frames_are_compact_raw_and_in_local_time()
        => Encoding.UTF8.GetString(_messages.Connected("10.0.0.7:51544_1760152212.418")).ShouldBe(
            """{"type":"connected","data":{"connection_id":"10.0.0.7:51544_1760152212.418","message":"连接成功","server_time":"2025-10-11T17:30:12.418000"},"timestamp":"2025-10-11T17:30:12.418000"}""");

    [Fact]
    public void Absent_values_are_null()
        => Encoding.UTF8.GetString(_messages.Error(Refusal.TaskNotFound)).ShouldStartWith("""{"type":"error","data":{"error":"task_not_found","message":"任务不存在: send upload_request again","details":null},""");

    [Fact]
    public void Queued_has_both_wait_fields()
    {
        JsonObject data = Data(_messages.TaskQueued(Id, new QueuePlace(3, TimeSpan.FromSeconds(61))));

        ((int)data["queue_position"]!).ShouldBe(3);
        ((int)data["estimated_wait_seconds"]!).ShouldBe(61);
        ((int)data["estimated_wait_minutes"]!).ShouldBe(2);
    }

    [Fact]
    public void Queue_full_is_recognised_by_code_and_words()
    {
        JsonObject data = Data(_messages.QueueFull(Id, new SubmitOutcome.QueueFull(45, 100, 100)));

        data.Select(member => member.Key).ShouldBe(["task_id", "retry_after", "queue_size", "max_queue_size", "error", "message"]);
        ((string)data["error"]!).ShouldBe("queue_full");
        ((string)data["message"]!).ShouldContain("队列已满");
    }

    [Fact]
    public void Result_has_the_fields_that_clients_read()
    {
        JsonObject data = Data(_messages.TaskComplete(TestTranscripts.Result(Id)));
        JsonObject result = data["result"]!.AsObject();

        ((string)result["task_id"]!).ShouldBe(Id.ToString());
        ((string)result["file_name"]!).ShouldBe("interview.wav");
        ((string)result["file_hash"]!).ShouldBe(TestTranscripts.Md5);
        ((double)result["duration"]!).ShouldBe(12.48);
        ((double)result["processing_time"]!).ShouldBe(1.42);
        ((string)result["created_at"]!).ShouldBe("2025-10-11T17:31:08.000000");
        result.ContainsKey("error").ShouldBeTrue();
        result["speakers"]!.ToJsonString().ShouldBe("""["Speaker1","Speaker2"]""");
        result["segments"]!.AsArray().Count.ShouldBe(2);
        JsonObject segment = result["segments"]![0]!.AsObject();
        ((string)segment["text"]!).ShouldBe("你好，我们开始吧。");
        ((double)segment["start_time"]!).ShouldBe(0.11);
        ((double)segment["end_time"]!).ShouldBe(3.0);
        ((string)segment["speaker"]!).ShouldBe("Speaker1");
        result["metadata"]!.ToJsonString().ShouldBe("""{"engine":"funasr","diarize":true,"word_align":false,"language":null,"projected":false}""");
        data.ContainsKey("timestamp").ShouldBeTrue();
        Data(_messages.TaskComplete(TestTranscripts.Result(Id), isEarly: true)).ContainsKey("timestamp").ShouldBeFalse();
    }

    [Fact]
    public void Chinese_stands_as_it_is()
    {
        string frame = Encoding.UTF8.GetString(_messages.TaskComplete(TestTranscripts.Result(Id)));

        frame.ShouldContain("\"你好，我们开始吧。\"");
        frame.ShouldContain("好的 \\uD83D\\uDE00。"); // The library's encoder writes what lies beyond the basic plane as a pair.
    }

    [Fact]
    public void Subtitles_are_wrapped_with_the_clients_name()
    {
        JsonObject result = Data(_messages.TaskComplete(TestTranscripts.Result(Id, new JobOptions { Format = ResultFormat.Srt, Language = "chi" })))["result"]!.AsObject();

        ((string)result["format"]!).ShouldBe("srt");
        ((string)result["content"]!).ShouldBe("1\n00:00:00,110 --> 00:00:01,130\nSpeaker1:你好，\n\n2\n00:00:01,130 --> 00:00:03,000\nSpeaker1:我们开始吧。\n\n3\n00:00:03,400 --> 00:00:05,120\nSpeaker2:好的 😀。\n");
        ((string)result["file_name"]!).ShouldBe("interview.wav");
        ((string)result["file_hash"]!).ShouldBe(TestTranscripts.Md5);
        result["metadata"]!.ToJsonString().ShouldBe("""{"engine":"funasr","diarize":true,"word_align":false,"language":"chi","projected":false}""");
    }

    [Fact]
    public void Without_diarization_labels_are_taken_away()
    {
        JobOptions json = new() { Diarize = false };
        JsonObject result = Data(_messages.TaskComplete(TestTranscripts.Result(Id, json)))["result"]!.AsObject();
        JsonObject srt = Data(_messages.TaskComplete(TestTranscripts.Result(Id, json with { Format = ResultFormat.Srt })))["result"]!.AsObject();

        result["segments"]!.AsArray().ShouldAllBe(segment => segment!["speaker"] == null);
        result["speakers"]!.AsArray().ShouldBeEmpty();
        result["metadata"]!.ToJsonString().ShouldBe("""{"engine":"funasr","diarize":false,"word_align":false,"language":null,"projected":true}""");
        ((string)srt["content"]!).ShouldBe("1\n00:00:00,110 --> 00:00:03,000\n你好，我们开始吧。\n\n2\n00:00:03,400 --> 00:00:05,120\n好的 😀。\n");
    }

    [Fact]
    public void Status_of_subtitles_has_a_result_object()
    {
        FakeJobs jobs = new();
        JobStatus status = jobs.Know(JobState.Completed, options: new JobOptions { Format = ResultFormat.Srt });

        Data(_messages.TaskStatus(status, TestTranscripts.Result(status.Id, status.Options)))["result"]!.AsObject().ContainsKey("segments").ShouldBeTrue();
    }

    [Fact]
    public void Percentages_are_floats_and_steps_integers()
    {
        Encoding.UTF8.GetString(_messages.ChunkReceived(Id, 0, 40, isDuplicate: false)).ShouldContain("\"progress\":40.0,");
        Encoding.UTF8.GetString(_messages.TaskProgress(Id, 40, "x")).ShouldContain("\"progress\":40,");
    }

    [Theory]
    [InlineData(JobFault.Audio, "audio_error")]
    [InlineData(JobFault.Model, "model_error")]
    [InlineData(JobFault.Worker, "unknown_error")]
    internal void Faults_have_the_names_that_clients_know(JobFault fault, string name)
        => ((string)Data(_messages.TaskFailed(Id, 10, "任务失败: x", fault))["error_type"]!).ShouldBe(name);

    private static JsonObject Data(byte[] frame)
    {
        using JsonDocument document = JsonDocument.Parse(frame);
        document.RootElement.EnumerateObject().Select(member => member.Name).ShouldBe(["type", "data", "timestamp"]);
        return JsonNode.Parse(frame)!["data"]!.AsObject();
    }
}
