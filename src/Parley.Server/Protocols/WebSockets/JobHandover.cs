using Parley.Server.Jobs;
using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>Makes a job of an upload that is complete and checked, and tells its client. Safe for concurrent calls.</summary>
internal sealed class JobHandover(ProtocolContext context)
{
    /// <summary>
    /// Stores the file and submits it. When the job is refused, or this throws, the file is at its path again and the caller's; else it is the queue's.
    /// </summary>
    public async Task<SubmitOutcome> SubmitAsync(ClientSession client, Upload upload, string path, CancellationToken cancellationToken)
    {
        UploadAnnouncement announcement = upload.Announcement;
        StoredAudio? audio = null;
        try
        {
            audio = await context.Files.StoreAsync(path, upload.Id, announcement);
            SubmitOutcome outcome = await context.Jobs.SubmitAsync(
                new JobSubmission
                {
                    Id = upload.Id,
                    FileName = announcement.FileName,
                    Audio = audio,
                    Options = announcement.Options,
                    Client = client.Client,
                    Priority = announcement.Priority,
                },
                cancellationToken);
            Settle(outcome, audio, path);
            context.Logger.UploadSubmitted(announcement.FileSize, outcome.GetType().Name);
            return outcome;
        }
        catch
        {
            // The audio of a job that is known must stay, whatever failed behind it.
            if (audio is not null && await context.Jobs.FindAsync(upload.Id, CancellationToken.None) is null)
                UploadFiles.TakeBack(audio, path);
            throw;
        }
    }

    /// <summary>Tells the client what became of its upload: the acknowledgement first, then everything about the job.</summary>
    /// <param name="client">Who sent the last of it.</param>
    /// <param name="upload">The upload.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="type">The message that is answered.</param>
    public async Task AcknowledgeAsync(ClientSession client, Upload upload, SubmitOutcome outcome, string type)
    {
        bool isChunked = upload is ChunkedUpload;
        string code = isChunked ? ErrorCodes.FinalizeError : ErrorCodes.UploadDataError;
        switch (outcome)
        {
            case SubmitOutcome.Accepted accepted:
                bool isQueued = accepted.IsWaiting && context.Options.Transcription.QueueStatusEnabled;
                await client.SendAsync(isQueued ? context.Messages.TaskQueued(upload.Id, accepted.Place) : context.Messages.UploadComplete(upload.Id));
                context.Watches.Attach(client, upload.Id, isQueued ? accepted.Place : null);
                break;
            case SubmitOutcome.Completed completed:
                // The first answer to upload_data is thrown away by clients; behind a chunk they look at it.
                if (!isChunked)
                    await client.SendAsync(context.Messages.UploadComplete(upload.Id));
                await client.SendAsync(context.Messages.TaskComplete(completed.Result));
                break;
            case SubmitOutcome.Duplicate duplicate when isChunked:
                await TellStatusAsync(client, duplicate.Status);
                break;
            case SubmitOutcome.Duplicate:
                await client.RefuseAsync(type, AlreadySubmitted);
                break;
            case SubmitOutcome.QueueFull full when context.Options.Transcription.QueueFullAsError:
                await client.RefuseAsync(type, new Refusal(code, ServerMessages.QueueFullText(full)));
                break;
            case SubmitOutcome.QueueFull full:
                await client.SendAsync(context.Messages.QueueFull(upload.Id, full));
                break;
            case SubmitOutcome.Refused refused:
                await client.RefuseAsync(type, new Refusal(code, refused.Message));
                break;
        }
    }

    /// <summary>Answers with the state of a job, and goes on to tell this connection about it while it is not over.</summary>
    public async Task TellStatusAsync(ClientSession client, JobStatus status)
    {
        JobResult? result = status.State == JobState.Completed ? await context.Jobs.ResultAsync(status.Id, client.Gone) : null;
        bool goesOn = status.State is JobState.Pending or JobState.Processing;
        if (goesOn)
            context.Watches.Release(status.Id); // from the answer on, no other connection is told
        await client.SendAsync(context.Messages.TaskStatus(status, result));
        if (goesOn)
            context.Watches.Attach(client, status.Id, told: null);
    }

    public static Refusal AlreadySubmitted { get; } = new(
        ErrorCodes.UploadDataError, "任务已提交: the file of this task is here already; ask for task_status, or send a new upload_request");

    private void Settle(SubmitOutcome outcome, StoredAudio audio, string path)
    {
        if (outcome is SubmitOutcome.QueueFull or SubmitOutcome.Refused)
            UploadFiles.TakeBack(audio, path);
        else if (outcome is SubmitOutcome.Completed)
            context.Files.Delete(audio.Path);
    }
}
