using Microsoft.AspNetCore.Http;
using Parley.Server.Jobs;
using Parley.Transcripts;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>A finished transcript in the format that was asked for.</summary>
internal static class TranscriptionAnswer
{
    public static Task WriteAsync(HttpContext http, JobResult result, TranscriptionFields fields)
        => fields.Format is ResponseFormat.Json or ResponseFormat.VerboseJson or ResponseFormat.DiarizedJson
            ? OpenAiAnswer.WriteJsonAsync(http, json => TranscriptionJson.Write(json, result, fields))
            : OpenAiAnswer.WriteTextAsync(http, Text(result, fields));

    private static string Text(JobResult result, TranscriptionFields fields)
    {
        if (fields.Format == ResponseFormat.Text && !fields.Diarize)
            return TranscriptText.Join(result.Transcript.Sentences) + "\n";
        TranscriptFormat format = fields.Format switch
        {
            ResponseFormat.Srt => TranscriptFormat.Srt,
            ResponseFormat.Vtt => TranscriptFormat.Vtt,
            _ => TranscriptFormat.Txt,
        };
        return TranscriptWriter.ToText(
            result.Transcript, format, new TranscriptDocument { FileName = result.FileName, CreatedAt = result.CreatedAt, ShowSpeakers = fields.Diarize });
    }
}
