using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Parley.Server.Jobs;
using Parley.Transcripts;

namespace Parley.Server.Protocols.JobsApi;

/// <summary><c>GET /jobs/{id}/result</c>: the transcript as a file. Safe for concurrent calls.</summary>
internal sealed class ResultEndpoint(ApiContext context) : IApiEndpoints
{
    private static readonly Dictionary<string, TranscriptFormat> Formats = Enum.GetValues<TranscriptFormat>().ToDictionary(
        format => format.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    public void Map(ApiRoutes routes) => routes.Get("/jobs/{id}/result", ShowAsync);

    private async Task ShowAsync(ApiRequest request)
    {
        JobStatus job = await request.JobAsync(context.Jobs);
        TranscriptFormat format = FormatOf(request);
        bool isDownload = request.QueryFlag("download", otherwise: false);
        JobTranscript transcript = await TranscriptEndpoints.FindAsync(request, context.Jobs, job);
        JobResult result = transcript.Result;
        bool speakers = request.QueryFlag("speakers", transcript.ShowsSpeakers);
        using MemoryStream body = new();
        TranscriptWriter.Write(result.Transcript, format, Document(result, speakers), body);
        HttpResponse answer = request.Http.Response;
        answer.ContentType = TypeOf(format);
        answer.ContentLength = body.Length;
        if (isDownload)
            answer.Headers.ContentDisposition = Attachment(job.FileName, TranscriptWriter.FileExtension(format));
        await answer.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), request.Aborted);
    }

    private static TranscriptFormat FormatOf(ApiRequest request)
    {
        string name = request.Query("format") ?? "json";
        return Formats.TryGetValue(name, out TranscriptFormat format)
            ? format
            : throw Problems.Invalid("format", $"format must be one of {string.Join(", ", Formats.Keys)}; found '{Quoted.Text(name)}'.");
    }

    private static TranscriptDocument Document(JobResult result, bool speakers) => new()
    {
        FileName = result.FileName,
        FileHash = result.Md5,
        TaskId = result.JobId.ToString("D"),
        CreatedAt = result.CreatedAt,
        Language = result.Options.Language,
        IncludeWords = true,
        ShowSpeakers = speakers,
    };

    private static string TypeOf(TranscriptFormat format) => format switch
    {
        TranscriptFormat.Json => "application/json",
        TranscriptFormat.Vtt => "text/vtt; charset=utf-8",
        TranscriptFormat.Srt => "application/x-subrip; charset=utf-8",
        TranscriptFormat.Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _ => "text/plain; charset=utf-8",
    };

    /// <summary>The header that names a download after its recording (RFC 6266). Whatever the name holds, it stays one value and one file.</summary>
    internal static string Attachment(string fileName, string extension)
    {
        StringBuilder name = new();
        foreach (Rune letter in Path.GetFileNameWithoutExtension(fileName[(fileName.LastIndexOfAny(['/', '\\']) + 1)..]).EnumerateRunes())
            name.Append(Rune.IsControl(letter) || letter.Value is '"' or ':' or '*' or '?' or '<' or '>' or '|' ? "_" : letter.ToString());
        ContentDispositionHeaderValue header = new("attachment");
        header.SetHttpFileName((name.Length == 0 ? "transcript" : name.ToString()) + extension);
        return header.ToString();
    }
}
