using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Parley.Server.Jobs;
using Parley.Transcripts;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>An answer as server-sent events. The deltas, one after the other, are the text of the last event. Not safe for concurrent use.</summary>
internal sealed class TranscriptionEvents(HttpContext http, TranscriptionFields fields)
{
    private static readonly ReadOnlyMemory<byte> Data = "data: "u8.ToArray();
    private static readonly ReadOnlyMemory<byte> End = "\n\n"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> SignOfLife = ": working\n\n"u8.ToArray();

    private TranscriptSentence? _last;
    private int _told;

    /// <summary>Whether the answer has begun: its status is 200, and trouble can only be told as an event.</summary>
    public bool HasBegun => http.Response.HasStarted;

    /// <summary>Tells sentences that have been settled.</summary>
    /// <param name="sentences">All of them so far; those that were told are passed over.</param>
    public async Task TellAsync(IReadOnlyList<TranscriptSentence> sentences)
    {
        for (; _told < sentences.Count; _told++)
        {
            TranscriptSentence sentence = sentences[_told], before = _last ?? sentence;
            bool isFirst = _last is null;
            _last = sentence;
            await WriteAsync(json =>
            {
                json.WriteStartObject();
                json.WriteString("type"u8, "transcript.text.delta"u8);
                json.WriteString("delta"u8, TranscriptText.Between(isFirst ? null : before, sentence) + sentence.Text);
                if (fields.WithLogProbabilities)
                    LogProbabilities.Write(json, isFirst ? null : before, [sentence]);
                json.WriteEndObject();
            });
        }
    }

    /// <summary>Tells the rest, the segments where they were asked for, and the end.</summary>
    public async Task CompleteAsync(JobResult result)
    {
        Transcript transcript = result.Transcript;
        await TellAsync(transcript.Sentences);
        if (fields.Format == ResponseFormat.DiarizedJson)
        {
            foreach (SpokenSegment segment in SpokenSegment.Of(transcript))
                await WriteAsync(json => TranscriptionJson.WriteDiarizedSegment(json, segment));
        }

        await WriteAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "transcript.text.done"u8);
            json.WriteString("text"u8, TranscriptText.Join(transcript.Sentences));
            if (fields.WithLogProbabilities)
                LogProbabilities.Write(json, before: null, transcript.Sentences);
            TranscriptionJson.WriteUsage(json, transcript);
            json.WriteEndObject();
        });
    }

    /// <summary>Tells trouble in the midst of the answer.</summary>
    public Task FailAsync(OpenAiError error) => WriteAsync(json => OpenAiAnswer.WriteError(json, error));

    /// <summary>A comment, which readers pass over: proxies and clients see that somebody is there.</summary>
    public async Task ShowLifeAsync()
    {
        Begin();
        await http.Response.Body.WriteAsync(SignOfLife, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    private async Task WriteAsync(Action<System.Text.Json.Utf8JsonWriter> write)
    {
        Begin();
        await http.Response.Body.WriteAsync(Data, http.RequestAborted);
        await http.Response.Body.WriteAsync(OpenAiAnswer.ToJson(write), http.RequestAborted);
        await http.Response.Body.WriteAsync(End, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    private void Begin()
    {
        if (HasBegun)
            return;
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would collect the events
    }
}
