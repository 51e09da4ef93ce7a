using System.Text;
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

    private readonly StringBuilder _text = new();
    private TranscriptSentence? _last;
    private int _told;

    /// <summary>Whether the answer has begun: its status is 200, and trouble can only be told as an event.</summary>
    public bool HasBegun => http.Response.HasStarted;

    /// <summary>Tells sentences that have been settled.</summary>
    /// <param name="sentences">All of them so far; those that were told are passed over.</param>
    public async Task TellAsync(IReadOnlyList<TranscriptSentence> sentences)
    {
        for (; _told < sentences.Count; _told++)
            await TellAsync(sentences[_told]);
    }

    /// <summary>Tells the rest, the segments where they were asked for, and the end.</summary>
    public async Task CompleteAsync(JobResult result)
    {
        Transcript transcript = result.Transcript;
        await TellRestAsync(transcript);
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

    // Of the finished transcript what was not told yet. Its sentences may be cut where speakers change; its text is the same. (After a failed attempt
    // it may not be: what was told cannot be taken back then, and the last event has the text that counts.)
    private async Task TellRestAsync(Transcript transcript)
    {
        string told = _text.ToString();
        if (!TranscriptText.Join(transcript.Sentences).StartsWith(told, StringComparison.Ordinal))
            return;
        int length = 0;
        _last = null;
        foreach (TranscriptSentence sentence in transcript.Sentences)
        {
            length += TranscriptText.Between(_last, sentence).Length + sentence.Text.Length;
            if (length > told.Length)
                await TellAsync(sentence);
            _last = sentence;
        }
    }

    private async Task TellAsync(TranscriptSentence sentence)
    {
        TranscriptSentence? before = _last;
        string delta = TranscriptText.Between(before, sentence) + sentence.Text;
        _last = sentence;
        _text.Append(delta);
        await WriteAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "transcript.text.delta"u8);
            json.WriteString("delta"u8, delta);
            if (fields.WithLogProbabilities)
                LogProbabilities.Write(json, before, [sentence]);
            json.WriteEndObject();
        });
    }

    private async Task WriteAsync(Action<System.Text.Json.Utf8JsonWriter> write)
    {
        Begin();
        await http.Response.Body.WriteAsync(Data, http.RequestAborted);
        await http.Response.Body.WriteAsync(JsonBytes.Of(write), http.RequestAborted);
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
