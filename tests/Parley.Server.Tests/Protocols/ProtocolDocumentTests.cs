using System.Text;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Protocols.WebSockets;

namespace Parley.Server.Tests.Protocols;

/// <summary>docs/protocol.md shows frames as they are sent.</summary>
public sealed class ProtocolDocumentTests
{
    private static readonly Guid Id = Guid.Parse("5c1f0f0e-6f5e-4a1e-8f0b-2b7c8d1f9a10");

    [Fact]
    public void Every_frame_stands_in_the_document_as_it_is_sent()
    {
        string document = File.ReadAllText(Path.Combine(TestPaths.Root, "docs", "protocol.md"));

        string[] missing = [.. Frames().Where(frame => !document.Contains(frame, StringComparison.Ordinal))];

        missing.ShouldBeEmpty(string.Join('\n', missing));
    }

    [Fact]
    public void Every_error_code_stands_in_the_document()
    {
        string document = File.ReadAllText(Path.Combine(TestPaths.Root, "docs", "protocol.md"));
        IEnumerable<string> codes = typeof(ErrorCodes).GetFields().Select(field => (string)field.GetRawConstantValue()!);

        codes.Where(code => !document.Contains($"`{code}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static IEnumerable<string> Frames()
    {
        ServerMessages messages = new(new ManualClock());
        FakeJobs jobs = new();
        JobStatus running = jobs.Know(JobState.Processing) with { Id = Id, Progress = 45 };
        JobOptions srt = new() { Format = ResultFormat.Srt };
        byte[][] frames =
        [
            messages.Connected("10.0.0.7:51544_1760152212.418"),
            messages.AuthRequired(),
            messages.AuthSuccess("fang"),
            messages.Pong(),
            messages.UploadReady(Id, null),
            messages.UploadReady(Id, new ChunkPlan(1 << 20, 30)),
            messages.ChunkReceived(Id, 11, 40, isDuplicate: false),
            messages.UploadComplete(Id),
            messages.TaskQueued(Id, new QueuePlace(5, TimeSpan.FromSeconds(180))),
            messages.QueueFull(Id, new SubmitOutcome.QueueFull(45, 100, 100)),
            messages.TaskProgress(Id, 45, "转录进度: 45.0%"),
            messages.TaskFailed(Id, 10, "任务失败: 音频时长过短", JobFault.Audio),
            messages.Error(new Refusal(ErrorCodes.TaskFailed, "任务失败: 音频时长过短"), Id),
            messages.TaskComplete(TestTranscripts.Result(Id)),
            messages.TaskComplete(TestTranscripts.Result(Id, srt)),
            messages.TaskStatus(running, null),
            messages.UploadStatus(Id, [0, 1, 2, 5]),
            messages.TaskStatusBatch(
            [
                messages.BatchItem(Id.ToString(), JobState.Processing, 45, null, null),
                messages.BatchItem("b8d5c1b6-7f0e-4f57-9d3c-0f2a7c9e6d21", JobState.Completed, 100, TestTranscripts.Result(Id, srt), null),
                messages.BatchItem("a-3", null, 0, null, ErrorCodes.TaskNotFound),
            ]),
            messages.TaskCancelled(Id),
            messages.Error(Refusal.TaskNotFound),
        ];
        return frames.Select(Encoding.UTF8.GetString);
    }
}
