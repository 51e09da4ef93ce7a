using System.Globalization;
using System.Text.Json;
using Parley.Server.Jobs;
using Parley.Speakers;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>Jobs as JSON. Every member is always there; what does not apply is null. Pure.</summary>
internal static class JobJson
{
    /// <summary>The object of a job.</summary>
    public static void Write(Utf8JsonWriter json, JobStatus job)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, job.Id);
        json.WriteString("file_name"u8, job.FileName);
        json.WriteString("state"u8, StateOf(job.State));
        json.WriteNumber("progress"u8, job.Progress);
        WriteQueue(json, job.Place);
        WriteNumber(json, "remaining_seconds", job.RemainingSeconds);
        json.WriteNumber("size"u8, job.Length);
        json.WriteString("md5"u8, job.Md5);
        WriteOptions(json, job.Options);
        json.WriteBoolean("keep_recording"u8, job.KeepRecording);
        json.WriteBoolean("has_recording"u8, job.HasRecording);
        json.WriteString("derived_from"u8, job.DerivedFrom?.ToString("D"));
        WriteTime(json, "created_at", job.CreatedAt);
        WriteTime(json, "started_at", job.StartedAt);
        WriteTime(json, "ended_at", job.EndedAt);
        WriteNumber(json, "duration", job.Outcome?.DurationSeconds);
        WriteNumber(json, "speakers", job.Outcome?.SpeakerCount);
        WriteNumber(json, "processing_seconds", job.Outcome?.ProcessingSeconds);
        WriteCompleted(json, job);
        WriteError(json, job);
        json.WriteEndObject();
    }

    /// <summary>A time, in UTC and whole milliseconds.</summary>
    public static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
        => json.WriteString(name, time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    /// <summary>A number that may not apply.</summary>
    public static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, Math.Round(number, 3));
        else
            json.WriteNull(name);
    }

    /// <summary>What a state is called.</summary>
    public static string StateOf(JobState state) => state switch
    {
        JobState.Pending => "pending",
        JobState.Processing => "processing",
        JobState.Completed => "completed",
        JobState.Failed => "failed",
        JobState.Cancelled => "cancelled",
        _ => "timed_out",
    };

    private static void WriteCompleted(Utf8JsonWriter json, JobStatus job)
    {
        if (job.State == JobState.Completed)
        {
            json.WriteBoolean("cached"u8, job.IsCached);
            json.WriteNumber("revision"u8, job.Revision);
        }
        else
        {
            json.WriteNull("cached"u8);
            json.WriteNull("revision"u8);
        }
    }

    private static void WriteQueue(Utf8JsonWriter json, QueuePlace? place)
    {
        if (place is not { } known)
        {
            json.WriteNull("queue"u8);
            return;
        }

        json.WriteStartObject("queue"u8);
        json.WriteNumber("position"u8, known.Position);
        WriteNumber(json, "wait_seconds", known.Wait.TotalSeconds);
        json.WriteEndObject();
    }

    private static void WriteOptions(Utf8JsonWriter json, JobOptions options)
    {
        SpeakerCount speakers = options.Speakers;
        json.WriteStartObject("options"u8);
        json.WriteBoolean("diarize"u8, options.Diarize);
        WriteNumber(json, "num_speakers", speakers.Exact);
        WriteNumber(json, "min_speakers", speakers.Min);
        WriteNumber(json, "max_speakers", speakers.Max);
        json.WriteString("language"u8, options.Language);
        json.WriteStartArray("hotwords"u8);
        foreach (string word in options.Recognition.Hotwords)
            json.WriteStringValue(word);
        json.WriteEndArray();
        json.WriteBoolean("itn"u8, options.Recognition.Itn);
        json.WriteString("model"u8, options.Bundle);
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, JobStatus job)
    {
        if (job.State is JobState.Pending or JobState.Processing or JobState.Completed)
        {
            json.WriteNull("error"u8);
            return;
        }

        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, CodeOf(job));
        json.WriteString("detail"u8, job.Error);
        json.WriteEndObject();
    }

    private static string CodeOf(JobStatus job) => (job.State, job.Fault) switch
    {
        (JobState.Cancelled, _) => "cancelled",
        (JobState.TimedOut, _) or (_, JobFault.Timeout) => "timeout",
        (_, JobFault.Audio) => "audio",
        (_, JobFault.Model) => "model",
        (_, JobFault.Worker) => "worker",
        _ => "internal",
    };
}
