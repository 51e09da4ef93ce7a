using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Parley.Audio;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.JobsApi;

/// <summary><c>/jobs/{id}/audio</c> and <c>/jobs/{id}/waveform</c>: the recording, for people who listen.</summary>
internal sealed class RecordingEndpoints(ApiContext context) : IApiEndpoints
{
    private const int DefaultPoints = 1000;

    // Nothing of it is a page: a browser that shows it runs no script and loads nothing.
    private const string Sandbox = "sandbox; default-src 'none'; media-src 'self'";

    public void Map(ApiRoutes routes)
    {
        routes.Get("/jobs/{id}/audio", ListenAsync);
        routes.Get("/jobs/{id}/waveform", DrawAsync);
    }

    private async Task ListenAsync(ApiRequest request)
    {
        JobStatus job = await request.JobAsync(context.Jobs);
        OpenRecording recording = await PlayableAsync(context.Jobs.Recordings.ListenAsync(job, request.Aborted)) ?? throw Gone();
        IHeaderDictionary headers = request.Http.Response.Headers;
        headers.ContentSecurityPolicy = Sandbox;
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "private, no-cache";
        EntityTagHeaderValue tag = new($"\"{recording.File.Length:x}-{recording.ChangedAt.UtcTicks:x}\"");

        // Ranges, conditions, HEAD; the file is closed with the answer.
        await TypedResults.Stream(recording.File, recording.MediaType, lastModified: recording.ChangedAt, entityTag: tag, enableRangeProcessing: true).ExecuteAsync(request.Http);
    }

    private async Task DrawAsync(ApiRequest request)
    {
        int points = request.QueryNumber("points", 1, Waveform.MaxPeaks, DefaultPoints);
        JobStatus job = await request.JobAsync(context.Jobs);
        Waveform waveform = await PlayableAsync(context.Jobs.Recordings.WaveformAsync(job, request.Aborted)) ?? throw Gone();
        await ApiAnswer.JsonAsync(request.Http, json =>
        {
            json.WriteStartObject();
            JobJson.WriteNumber(json, "duration", waveform.Duration.TotalSeconds);
            json.WriteStartArray("peaks"u8);
            foreach (float peak in waveform.AtMost(points).Peaks)
                json.WriteNumberValue(Math.Round(peak, 4));
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<T> PlayableAsync<T>(Task<T> making)
    {
        try
        {
            return await making;
        }
        catch (AudioDecodeException error)
        {
            throw Problems.NotPlayable.Because(error.Message);
        }
    }

    private static ProblemException Gone()
        => Problems.NoRecording.Because("The recording is no longer on the server. Send files with keep_recording=true to listen to them later; server.keep_recordings_hours says how long they stay.");
}
