using System.Text.Json;
using Parley.Server.Jobs;
using Parley.Transcripts;

namespace Parley.Server.Protocols;

/// <summary>Results as clients of funasr_spk_server read them: under the job that asks and the name its client gave, labels taken away where it asked for that. Pure.</summary>
internal static class ResultRenderer
{
    /// <summary>The object in the form that the job asked for: the transcript, or the wrapped subtitles.</summary>
    public static void Write(Utf8JsonWriter json, JobResult result, TimeZoneInfo zone)
    {
        if (result.Options.Format == ResultFormat.Srt)
            WriteSrt(json, result, zone);
        else
            WriteJson(json, result, zone);
    }

    /// <summary>The transcript as an object, whatever the job asked for.</summary>
    public static void WriteJson(Utf8JsonWriter json, JobResult result, TimeZoneInfo zone)
        => TranscriptWriter.WriteJson(Timed(result), Document(result, zone), json);

    /// <summary>The subtitles.</summary>
    public static string Srt(JobResult result, TimeZoneInfo zone)
        => TranscriptWriter.ToText(result.Transcript, TranscriptFormat.Srt, Document(result, zone));

    private static void WriteSrt(Utf8JsonWriter json, JobResult result, TimeZoneInfo zone)
    {
        TranscriptMetadata metadata = TranscriptMetadata.Of(result.Transcript, Document(result, zone), hasWords: false);
        json.WriteStartObject();
        json.WriteString("format"u8, "srt"u8);
        json.WriteString("content"u8, Srt(result, zone));
        json.WriteString("file_name"u8, result.FileName);
        json.WriteString("file_hash"u8, result.Md5);
        json.WriteNumber("duration"u8, Math.Round(result.Transcript.Duration.TotalSeconds, 3));
        json.WriteStartObject("metadata"u8);
        json.WriteString("engine"u8, metadata.Engine);
        json.WriteBoolean("diarize"u8, metadata.Diarize);
        json.WriteBoolean("word_align"u8, metadata.WordAlign);
        json.WriteString("language"u8, metadata.Language);
        json.WriteBoolean("projected"u8, metadata.Projected);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // processing_time is the whole attempt, as the queue measured it, and not only what the pipeline took.
    private static Transcript Timed(JobResult result)
        => result.Transcript with { Receipt = result.Transcript.Receipt with { WallSeconds = result.ProcessingSeconds } };

    private static TranscriptDocument Document(JobResult result, TimeZoneInfo zone) => new()
    {
        FileName = result.FileName,
        FileHash = result.Md5,
        TaskId = result.JobId.ToString("D"),
        CreatedAt = TimeZoneInfo.ConvertTime(result.CreatedAt, zone),
        Language = result.Options.Language,
        ShowSpeakers = result.Options.Diarize,
        Style = TranscriptStyle.Seeds,
    };
}
