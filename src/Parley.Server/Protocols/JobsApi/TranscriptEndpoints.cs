using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Parley.Server.Jobs;
using Parley.Transcripts.Edits;

namespace Parley.Server.Protocols.JobsApi;

/// <summary><c>/jobs/{id}/transcript</c> and <c>/jobs/{id}/edits</c>: what was said, and what people correct in it.</summary>
internal sealed class TranscriptEndpoints(ApiContext context) : IApiEndpoints
{
    // A thousand operations of ordinary sentences; one of the longest sentences fits many times.
    private const int MaxEditBytes = 4 << 20;

    public void Map(ApiRoutes routes)
    {
        routes.Get("/jobs/{id}/transcript", ShowAsync);
        routes.Get("/jobs/{id}/edits", ListAsync);
        routes.Post("/jobs/{id}/edits", EditAsync);
        routes.Delete("/jobs/{id}/edits/last", UndoAsync);
    }

    /// <summary>The transcript of a job in the revision that the query asks for: the present one, or the machine's.</summary>
    /// <exception cref="ProblemException">The job is not completed, or has another revision.</exception>
    public static async Task<JobTranscript> FindAsync(ApiRequest request, IJobs jobs, JobStatus job)
    {
        int revision = request.QueryNumber("revision", 0, int.MaxValue, otherwise: -1);
        JobTranscript transcript = await jobs.Transcripts.FindAsync(job.Id, asMachine: revision == 0, request.Aborted) ?? throw Missing(job);
        return revision < 0 || revision == transcript.Revision
            ? transcript
            : throw Problems.Invalid("revision", $"There is no revision {revision} to be had: the present one is {transcript.Revision}, and the machine's is 0.");
    }

    private static ProblemException Missing(JobStatus job) => job.State == JobState.Completed
        ? Problems.ResultGone.Because("The transcript was damaged on the server's disk. Send the recording again.")
        : NotCompleted(job);

    /// <summary>The job has no transcript.</summary>
    public static ProblemException NotCompleted(JobStatus job)
        => Problems.NotCompleted.Because($"The job has no transcript: it is {JobJson.StateOf(job.State)}. GET {ApiRoutes.Root}/jobs/{job.Id}/events tells when that changes.");

    private async Task ShowAsync(ApiRequest request)
    {
        JobStatus job = await request.JobAsync(context.Jobs);
        await AnswerAsync(request, await FindAsync(request, context.Jobs, job));
    }

    private async Task ListAsync(ApiRequest request)
    {
        JobStatus job = await request.JobAsync(context.Jobs);
        (int revision, IReadOnlyList<JobEdit> edits) = context.Jobs.Transcripts.Edits(job.Id) ?? throw NotCompleted(job);
        await ApiAnswer.JsonAsync(request.Http, json => TranscriptJson.Write(json, revision, edits));
    }

    private async Task EditAsync(ApiRequest request)
    {
        JobStatus job = await request.JobAsync(context.Jobs);
        using JsonDocument body = await ApiBody.ReadObjectAsync(request.Http, MaxEditBytes);
        if (!body.RootElement.TryGetProperty("revision", out JsonElement number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt32(out int revision))
            throw Problems.Invalid("revision", "revision must be the number that the transcript had when it was read.");
        if (!body.RootElement.TryGetProperty("operations", out JsonElement operations))
            throw Problems.Invalid("operations", "operations is missing: an array of objects with a member op.");
        await AnswerAsync(request, job, await context.Jobs.Transcripts.EditAsync(job.Id, revision, Read(operations), request.Client.User, request.Aborted), Problems.InvalidOperation);
    }

    private async Task UndoAsync(ApiRequest request)
    {
        JobStatus job = await request.JobAsync(context.Jobs);
        string header = request.Http.Request.Headers.IfMatch.ToString();
        if (!int.TryParse(header.Trim().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out int revision))
            throw Problems.Invalid("If-Match", $"The header If-Match must be the ETag that the transcript had when it was read, such as \"3\"; found '{Quoted.Text(header)}'.");
        await AnswerAsync(request, job, await context.Jobs.Transcripts.UndoAsync(job.Id, revision, request.Aborted), Problems.NothingToUndo);
    }

    private static IReadOnlyList<EditOperation> Read(JsonElement operations)
    {
        try
        {
            return EditJson.Read(operations);
        }
        catch (EditException error)
        {
            throw Problems.InvalidOperation.Because(error.Message);
        }
    }

    private static Task AnswerAsync(ApiRequest request, JobStatus job, EditOutcome outcome, ProblemKind refusal) => outcome switch
    {
        EditOutcome.Done done => AnswerAsync(request, done.Transcript),
        EditOutcome.Conflict conflict => throw Problems.RevisionConflict.Because(
            $"The transcript was changed meanwhile: its revision is {conflict.Revision} now. Read it again, and make the change on that."),
        EditOutcome.Refused refused => throw refusal.Because(refused.Message),
        _ => throw NotCompleted(job),
    };

    private static Task AnswerAsync(ApiRequest request, JobTranscript transcript)
    {
        HttpContext http = request.Http;
        string tag = $"\"{transcript.Revision.ToString(CultureInfo.InvariantCulture)}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "private, no-cache";
        if (HttpMethods.IsGet(http.Request.Method) && EntityTagHeaderValue.TryParseList(http.Request.Headers.IfNoneMatch, out IList<EntityTagHeaderValue>? known)
            && known.Any(value => string.Equals(value.Tag.Value, tag, StringComparison.Ordinal)))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        return ApiAnswer.JsonAsync(http, json => TranscriptJson.Write(json, transcript));
    }
}
