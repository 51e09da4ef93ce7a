using Microsoft.AspNetCore.Http;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Forms;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>
/// <c>POST /v1/audio/transcriptions</c>: form to disk, fields checked, job handed over, answer when it has ended. Safe for concurrent calls.
/// </summary>
/// <remarks>
/// A client that goes away takes nothing with it: its job runs on. Whether it timed out or said goodbye cannot be seen, and official clients come
/// back by themselves with the same file; then the queue joins them to the run, or the cache answers.
/// </remarks>
internal sealed class TranscriptionEndpoint(MultipartFormReader forms, ServedModels models, TranscriptionIntake intake, IJobs jobs, TimeProvider clock)
{
    // Until then errors have statuses of their own; afterwards clients and proxies want to see that somebody is there.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    public async Task TranscribeAsync(HttpContext http, JobClient client)
    {
        if (jobs.WouldRefuse(client) is SubmitOutcome.Refused refused)
            throw new OpenAiException(JobErrors.Of(refused)!);
        using MultipartForm form = await forms.ReadAsync(http);
        TranscriptionFields fields = TranscriptionFieldsReader.Read(form, models);
        // Decoding waits for other programs: not on a thread that serves everybody.
        fields = fields with { KnownSpeakers = await Task.Run(() => KnownSpeakers.Read(form, http.RequestAborted), http.RequestAborted) };

        // From here on nothing hangs on the client's patience.
        (Guid id, JobResult? result) = await intake.SubmitAsync(form, fields, client, CancellationToken.None);
        if (fields.Stream)
            await StreamAsync(http, id, result, fields);
        else
            await TranscriptionAnswer.WriteAsync(http, Labelled(result ?? await WaitAsync(id, http.RequestAborted), fields), fields);
    }

    private async Task<JobResult> WaitAsync(Guid id, CancellationToken cancellationToken)
    {
        await foreach (JobEvent happened in jobs.WatchAsync(id, cancellationToken))
        {
            if (ResultOf(happened) is { } result)
                return result;
        }

        throw new OpenAiException(JobErrors.Left);
    }

    private async Task StreamAsync(HttpContext http, Guid id, JobResult? result, TranscriptionFields fields)
    {
        TranscriptionEvents events = new(http, fields);
        try
        {
            await events.CompleteAsync(Labelled(result ?? await FollowAsync(id, events, http.RequestAborted), fields));
        }
        catch (OpenAiException refusal) when (events.HasBegun)
        {
            await events.FailAsync(refusal.Error);
        }
    }

    private async Task<JobResult> FollowAsync(Guid id, TranscriptionEvents events, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        await foreach (JobEvent happened in jobs.WatchAsync(id, cancellationToken))
        {
            if (ResultOf(happened) is { } result)
                return result;
            if (happened is JobEvent.Said said)
                await events.TellAsync(said.Sentences);
            else if (events.HasBegun || clock.GetElapsedTime(start) > Silence)
                await events.ShowLifeAsync();
        }

        throw new OpenAiException(JobErrors.Left);
    }

    private static JobResult? ResultOf(JobEvent happened) => happened switch
    {
        JobEvent.Completed completed => completed.Result,
        JobEvent.Ended ended => throw new OpenAiException(JobErrors.Of(ended.Status)),
        _ => null,
    };

    private static JobResult Labelled(JobResult result, TranscriptionFields fields)
        => result with { Transcript = SpeakerLetters.Relabel(result.Transcript, [.. fields.KnownSpeakers.Select(speaker => speaker.Name)]) };
}
