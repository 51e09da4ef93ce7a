using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;
using Parley.Server.Configuration;
using Parley.Server.Storage;

namespace Parley.Server.Webhooks;

/// <summary>Writes a message for every address that wants to hear about a job: the job's own, and those of the configuration. Safe for concurrent calls.</summary>
/// <param name="options">Section <c>webhooks</c>.</param>
/// <param name="writeJob">Writes a job as the jobs API shows it; its result is null without a transcript.</param>
/// <param name="clock">The clock.</param>
internal sealed class WebhookOutbox(WebhookOptions options, Action<Utf8JsonWriter, JobRow, ResultRow?> writeJob, TimeProvider clock) : IOutbox
{
    // Chinese stays readable; a message is never part of a page.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Something to read for whoever sends, each time there are messages.</summary>
    public ChannelReader<bool> Wakes => _wakes.Reader;

    public bool IsWanted(JobRow job) => job.WebhookUrl is not null || options.Urls.Count > 0;

    public IReadOnlyList<DeliveryRow> MessagesOf(JobRow job, ResultRow? result)
    {
        DateTimeOffset now = clock.GetUtcNow();
        string type = TypeOf(job.State);
        string body = Body(type, job.EndedAt ?? now, job, result);
        List<DeliveryRow> messages = [.. options.Urls.Select(url => Message(url, isConfigured: true))];
        if (job.WebhookUrl is { } own)
            messages.Add(Message(own, isConfigured: false));
        return messages;

        DeliveryRow Message(string url, bool isConfigured) => new()
        {
            Id = Guid.NewGuid(),
            JobId = job.Id,
            ClientUser = job.ClientUser,
            Type = type,
            Url = url,
            IsConfigured = isConfigured,
            Body = body,
            State = DeliveryState.Pending,
            CreatedAt = now,
            NextAttemptAt = now,
        };
    }

    public void Wake() => _wakes.Writer.TryWrite(true);

    private string Body(string type, DateTimeOffset endedAt, JobRow job, ResultRow? result)
    {
        using MemoryStream body = new();
        using (Utf8JsonWriter json = new(body, Json))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteString("timestamp"u8, endedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
            json.WritePropertyName("data"u8);
            writeJob(json, job, result);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
    }

    private static string TypeOf(int state) => state switch
    {
        RowState.Completed => "job.completed",
        RowState.Failed => "job.failed",
        RowState.Cancelled => "job.cancelled",
        RowState.TimedOut => "job.timed_out",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "The job has not ended."),
    };
}
