using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Parley.Server.Jobs;
using Parley.Speakers;

namespace Parley.Server.Protocols.JobsApi;

/// <summary><c>/jobs/{id}/rediarize</c>: the same recording with another number of speakers, as a new job.</summary>
internal sealed class RegroupEndpoints(ApiContext context) : IApiEndpoints
{
    private const int MaxBodyBytes = 4096;
    private const int MaxSpeakers = 1000;

    private static readonly string[] Members = ["num_speakers", "min_speakers", "max_speakers"];

    public void Map(ApiRoutes routes) => routes.Post("/jobs/{id}/rediarize", RegroupAsync);

    private async Task RegroupAsync(ApiRequest request)
    {
        JobStatus job = await request.JobAsync(context.Jobs);
        SpeakerCount speakers;
        using (JsonDocument body = await ApiBody.ReadObjectAsync(request.Http, MaxBodyBytes, mayBeMissing: true))
            speakers = Read(body.RootElement);
        switch (await context.Jobs.RegroupAsync(job.Id, speakers, request.Client, request.Aborted))
        {
            case RegroupOutcome.Submitted submitted:
                await AnswerAsync(request, submitted);
                break;
            case RegroupOutcome.AnalysisGone:
                throw Problems.AnalysisGone.Because("Neither the recording nor what was recognised in it is on the server any more. Send the file again.");
            default:
                throw TranscriptEndpoints.NotCompleted(job);
        }
    }

    private async Task AnswerAsync(ApiRequest request, RegroupOutcome.Submitted submitted)
    {
        switch (submitted.Outcome)
        {
            case SubmitOutcome.QueueFull full:
                throw new ProblemException(new Problem(Problems.QueueFull, $"{full.QueueSize} of {full.MaxQueueSize} jobs wait already. Try again later.") { RetryAfterSeconds = full.RetryAfterSeconds });
            case SubmitOutcome.Refused refused:
                throw Problems.Unavailable.Because(refused.Message);
        }

        JobStatus job = await context.Jobs.FindAsync(submitted.Id, request.Aborted) ?? throw new InvalidOperationException("A job that was just taken is not there.");
        request.Http.Response.Headers.Location = $"{ApiRoutes.Root}/jobs/{submitted.Id}";
        await ApiAnswer.JsonAsync(request.Http, json => JobJson.Write(json, job), StatusCodes.Status202Accepted);
    }

    private static SpeakerCount Read(JsonElement body)
    {
        foreach (JsonProperty member in body.EnumerateObject())
        {
            if (!Members.Contains(member.Name, StringComparer.Ordinal))
                throw Problems.Invalid(Quoted.Text(member.Name), $"{Quoted.Text(member.Name)} is not known here. Known are {string.Join(", ", Members)}.");
        }

        int? exact = Number(body, Members[0]), min = Number(body, Members[1]), max = Number(body, Members[2]);
        if (exact is not null && (min is not null || max is not null))
            throw Problems.Invalid(Members[0], "num_speakers excludes min_speakers and max_speakers. Send one or the others.");
        return min > max ? throw Problems.Invalid(Members[1], "min_speakers is larger than max_speakers.") : new SpeakerCount(exact, min, max);
    }

    private static int? Number(JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number is >= 1 and <= MaxSpeakers
            ? number
            : throw Problems.Invalid(name, $"{name} must be a whole number from 1 to {MaxSpeakers}.");
    }
}
