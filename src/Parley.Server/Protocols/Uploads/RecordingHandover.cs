using Parley.Server.Jobs;
using Parley.Server.Workers;

namespace Parley.Server.Protocols.Uploads;

/// <summary>Hands complete recordings over to the queue: file first, job second, and no file without its job. Safe for concurrent calls.</summary>
internal sealed class RecordingHandover(IJobs jobs, UploadFiles files)
{
    /// <summary>Submits a recording. When the job does not need it, or this throws, its files are gone.</summary>
    /// <param name="announcement">What it is.</param>
    /// <param name="file">Its bytes.</param>
    /// <param name="submission">The job; its audio is filled in here.</param>
    /// <param name="voices">Voices that are known; empty for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<SubmitOutcome> SubmitAsync(
        UploadAnnouncement announcement, SpooledPayload file, JobSubmission submission, IReadOnlyList<VoiceSample> voices, CancellationToken cancellationToken)
    {
        StoredAudio? audio = null;
        try
        {
            // Before the recording: storing that makes the names of both survive a crash.
            if (voices.Count > 0)
                VoiceSamples.Write(VoiceSamples.PathFor(files.StoredPath(submission.Id, announcement)), voices);
            audio = (await files.StoreAsync(file.Path, submission.Id, announcement)) with { Sha256 = file.Sha256 };
            SubmitOutcome outcome = await jobs.SubmitAsync(submission with { Audio = audio }, cancellationToken);
            bool isKept = outcome is SubmitOutcome.Accepted || (outcome is SubmitOutcome.Completed && submission.KeepRecording);
            if (!isKept)
                Delete(audio.Path);
            return outcome;
        }
        catch
        {
            // The audio of a job that is known must stay, whatever failed behind it.
            if (audio is null || await jobs.FindAsync(submission.Id, CancellationToken.None) is null)
                Delete(files.StoredPath(submission.Id, announcement));
            throw;
        }
    }

    private void Delete(string audioPath)
    {
        files.Delete(audioPath);
        files.Delete(VoiceSamples.PathFor(audioPath));
    }
}
