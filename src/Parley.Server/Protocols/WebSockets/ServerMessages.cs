using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>Every frame that the server sends, as UTF-8. Compact; Chinese stands as it is; absent values are null. Safe for concurrent calls.</summary>
/// <param name="clock">Tells the time and the time zone of the timestamps.</param>
internal sealed class ServerMessages(TimeProvider clock)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Local time without offset, with microseconds.</summary>
    public string Now() => clock.GetLocalNow().DateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    public byte[] Connected(string connectionId) => Frame(MessageTypes.Connected, json =>
    {
        json.WriteString("connection_id"u8, connectionId);
        json.WriteString("message"u8, "连接成功"u8);
        json.WriteString("server_time"u8, Now());
    });

    public byte[] AuthRequired() => Frame(MessageTypes.AuthRequired, static json => json.WriteString("message"u8, "请提供认证令牌"u8));

    public byte[] AuthSuccess(string user) => Frame(MessageTypes.AuthSuccess, json =>
    {
        json.WriteString("message"u8, "认证成功"u8);
        json.WriteStartObject("user"u8);
        json.WriteString("username"u8, user);
        json.WriteEndObject();
    });

    public byte[] Pong() => Frame(MessageTypes.Pong, json => json.WriteString("timestamp"u8, Now()));

    /// <param name="refusal">What is wrong.</param>
    /// <param name="taskId">Goes into <c>details</c>; null leaves them null.</param>
    public byte[] Error(Refusal refusal, Guid? taskId = null) => Frame(MessageTypes.Error, json =>
    {
        json.WriteString("error"u8, refusal.Code);
        json.WriteString("message"u8, refusal.Message);
        if (taskId is not { } id)
        {
            json.WriteNull("details"u8);
            return;
        }

        json.WriteStartObject("details"u8);
        json.WriteString("task_id"u8, id);
        json.WriteEndObject();
    });

    public byte[] UploadReady(Guid id, Uploads.ChunkPlan? chunks) => Frame(MessageTypes.UploadReady, json =>
    {
        json.WriteString("task_id"u8, id);
        json.WriteString("message"u8, "准备接收文件"u8);
        if (chunks is null)
            return;
        json.WriteNumber("chunk_size"u8, chunks.Size);
        json.WriteNumber("total_chunks"u8, chunks.Count);
    });

    public byte[] ChunkReceived(Guid id, int index, double percent, bool isDuplicate) => Frame(MessageTypes.ChunkReceived, json =>
    {
        json.WriteString("task_id"u8, id);
        json.WriteNumber("chunk_index"u8, index);
        WriteFloat(json, "progress"u8, percent);
        json.WriteString("status"u8, isDuplicate ? "duplicate"u8 : "received"u8);
    });

    public byte[] UploadComplete(Guid id) => Frame(MessageTypes.UploadComplete, json =>
    {
        json.WriteString("task_id"u8, id);
        json.WriteString("message"u8, "文件上传成功，开始处理"u8);
    });

    public byte[] TaskQueued(Guid id, QueuePlace place) => Frame(MessageTypes.TaskQueued, json =>
    {
        long seconds = (long)Math.Ceiling(Math.Max(0, place.Wait.TotalSeconds));
        json.WriteString("task_id"u8, id);
        json.WriteString("message"u8, $"任务已加入队列，当前排队位置: {place.Position}");
        json.WriteNumber("queue_position"u8, place.Position);
        json.WriteNumber("estimated_wait_minutes"u8, (seconds + 59) / 60); // clients of the first era
        json.WriteNumber("estimated_wait_seconds"u8, seconds);
    });

    public byte[] QueueFull(Guid id, SubmitOutcome.QueueFull full) => Frame(MessageTypes.QueueFull, json =>
    {
        json.WriteString("task_id"u8, id);
        json.WriteNumber("retry_after"u8, full.RetryAfterSeconds);
        json.WriteNumber("queue_size"u8, full.QueueSize);
        json.WriteNumber("max_queue_size"u8, full.MaxQueueSize);
        json.WriteString("error"u8, "queue_full"u8);
        json.WriteString("message"u8, QueueFullText(full));
    });

    /// <summary>Older clients recognise a full queue by the words 队列已满.</summary>
    public static string QueueFullText(SubmitOutcome.QueueFull full)
        => $"任务队列已满，最大容量: {full.MaxQueueSize}: try again in {full.RetryAfterSeconds} s";

    public byte[] TaskProgress(Guid id, int percent, string message) => TaskProgress(id, percent, "processing", message, errorType: null);

    public byte[] TaskFailed(Guid id, int percent, string message, JobFault? fault) => TaskProgress(id, percent, "failed", message, ErrorType(fault));

    /// <param name="result">The result.</param>
    /// <param name="isEarly">The reply to an <c>upload_request</c>, which has no time of its own.</param>
    public byte[] TaskComplete(JobResult result, bool isEarly = false) => Frame(MessageTypes.TaskComplete, json =>
    {
        json.WriteString("task_id"u8, result.JobId);
        json.WritePropertyName("result"u8);
        ResultRenderer.Write(json, result, clock.LocalTimeZone);
        if (!isEarly)
            json.WriteString("timestamp"u8, Now());
    });

    /// <param name="status">What is known.</param>
    /// <param name="result">Of a completed job.</param>
    public byte[] TaskStatus(JobStatus status, JobResult? result) => Frame(MessageTypes.TaskStatus, json =>
    {
        json.WriteString("task_id"u8, status.Id);
        json.WriteString("status"u8, StateName(status.State));
        WriteFloat(json, "progress"u8, status.Progress);
        json.WritePropertyName("result"u8);
        if (result is null)
            json.WriteNullValue();
        else
            ResultRenderer.WriteJson(json, result, clock.LocalTimeZone);
        json.WriteString("error"u8, ErrorOf(status));
    });

    /// <summary>The state of an upload that is no job yet.</summary>
    /// <param name="id">Number of the job that it becomes.</param>
    /// <param name="receivedChunks">Of an upload in chunks; null for one in a single frame.</param>
    public byte[] UploadStatus(Guid id, IReadOnlyList<int>? receivedChunks) => Frame(MessageTypes.TaskStatus, json =>
    {
        json.WriteString("task_id"u8, id);
        json.WriteString("status"u8, StateName(JobState.Pending));
        WriteFloat(json, "progress"u8, 0);
        json.WriteNull("result"u8);
        json.WriteNull("error"u8);
        if (receivedChunks is null)
            return;
        json.WriteStartArray("received_chunks"u8);
        foreach (int index in receivedChunks)
            json.WriteNumberValue(index);
        json.WriteEndArray();
    });

    public byte[] TaskCancelled(Guid id) => Frame(MessageTypes.TaskCancelled, json =>
    {
        json.WriteString("task_id"u8, id);
        json.WriteString("message"u8, "任务已取消"u8);
    });

    /// <param name="items">Finished objects, see <see cref="BatchItem"/>.</param>
    public byte[] TaskStatusBatch(IEnumerable<byte[]> items) => Frame(MessageTypes.TaskStatusBatch, json =>
    {
        json.WriteStartArray("items"u8);
        foreach (byte[] item in items)
            json.WriteRawValue(item, skipInputValidation: true);
        json.WriteEndArray();
    });

    /// <summary>One object of a <c>task_status_batch</c>.</summary>
    /// <param name="taskId">As the client wrote it.</param>
    /// <param name="state">Null for a task that is not known.</param>
    /// <param name="progress">Percent.</param>
    /// <param name="result">Goes in as an object, or as subtitles, as its job asked.</param>
    /// <param name="error">Why there is no result.</param>
    public byte[] BatchItem(string taskId, JobState? state, double progress, JobResult? result, string? error) => Write(json =>
    {
        bool isSrt = result?.Options.Format == ResultFormat.Srt;
        json.WriteStartObject();
        json.WriteString("task_id"u8, taskId);
        json.WriteString("status"u8, state is { } known ? StateName(known) : null);
        WriteFloat(json, "progress"u8, progress);
        json.WritePropertyName("result"u8);
        if (result is null || isSrt)
            json.WriteNullValue();
        else
            ResultRenderer.WriteJson(json, result, clock.LocalTimeZone);
        json.WriteString("srt_content"u8, result is not null && isSrt ? ResultRenderer.Srt(result, clock.LocalTimeZone) : null);
        json.WriteString("error"u8, error);
        json.WriteEndObject();
    });

    /// <summary>The five values that clients know.</summary>
    public static string ErrorType(JobFault? fault) => fault switch
    {
        JobFault.Audio => "audio_error",
        JobFault.Model => "model_error",
        _ => "unknown_error",
    };

    /// <summary>Why a job has no result; null while it may get one, and when it has one.</summary>
    public static string? ErrorOf(JobStatus status)
        => status.State is JobState.Failed or JobState.Cancelled or JobState.TimedOut ? status.Error ?? StateName(status.State) : null;

    public static string StateName(JobState state) => state switch
    {
        JobState.Pending => "pending",
        JobState.Processing => "processing",
        JobState.Completed => "completed",
        JobState.Failed => "failed",
        JobState.Cancelled => "cancelled",
        JobState.TimedOut => "timed_out",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Unknown state of a job."),
    };

    private byte[] TaskProgress(Guid id, int percent, string status, string message, string? errorType) => Frame(MessageTypes.TaskProgress, json =>
    {
        json.WriteString("task_id"u8, id);
        json.WriteNumber("progress"u8, percent);
        json.WriteString("status"u8, status);
        json.WriteString("message"u8, message);
        json.WriteString("error_type"u8, errorType);
        json.WriteString("timestamp"u8, Now());
    });

    private byte[] Frame(string type, Action<Utf8JsonWriter> writeData) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteStartObject("data"u8);
        writeData(json);
        json.WriteEndObject();
        json.WriteString("timestamp"u8, Now());
        json.WriteEndObject();
    });

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, Relaxed))
            write(json);
        return buffer.WrittenSpan.ToArray();
    }

    // Typed clients expect a float even where it is whole.
    private static void WriteFloat(Utf8JsonWriter json, ReadOnlySpan<byte> name, double value)
    {
        json.WritePropertyName(name);
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        json.WriteRawValue(text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 ? text + ".0" : text);
    }
}
