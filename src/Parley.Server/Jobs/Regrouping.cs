using Parley.Server.Configuration;
using Parley.Server.Storage;
using Parley.Server.Workers;
using Parley.Speakers;

namespace Parley.Server.Jobs;

/// <summary>What became of the wish to group a job's voices anew.</summary>
internal abstract record RegroupOutcome
{
    private RegroupOutcome()
    {
    }

    /// <summary>A new job was handed in.</summary>
    /// <param name="Id">Its number.</param>
    /// <param name="Outcome">What became of that; nothing is left of a job that was not taken.</param>
    internal sealed record Submitted(Guid Id, SubmitOutcome Outcome) : RegroupOutcome;

    /// <summary>The job has no transcript, or not yet.</summary>
    internal sealed record NotCompleted : RegroupOutcome;

    /// <summary>Neither what recognition found nor the recording is there any more.</summary>
    internal sealed record AnalysisGone : RegroupOutcome;
}

/// <summary>Makes a new job of an old one with another number of speakers: what was recognised once serves again, and the recording gets a second name.</summary>
internal sealed class Regrouping(
    JobStore store, ResultCache cache, Func<string?, string> model, Func<JobSubmission, CancellationToken, Task<SubmitOutcome>> submit, Func<ServerOptions> options)
{
    /// <summary>See <see cref="IJobs.RegroupAsync"/>.</summary>
    public async Task<RegroupOutcome> RunAsync(Guid job, SpeakerCount speakers, JobClient client, CancellationToken cancellationToken)
    {
        if (store.Find(job) is not { State: RowState.Completed } source)
            return new RegroupOutcome.NotCompleted();
        Guid id = Guid.NewGuid();
        string path = Path.Combine(options().Server.UploadDir, id.ToString("D") + Path.GetExtension(source.AudioPath));
        bool hasRecording = TryLink(source.AudioPath, path);
        bool hasVoices = TryLink(VoiceSamples.PathFor(source.AudioPath), VoiceSamples.PathFor(path));
        SubmitOutcome? outcome = null;
        try
        {
            JobSubmission submission = Submission(source, id, path, speakers, client, hasVoices) with { KeepRecording = hasRecording && source.KeepRecording };
            if (!hasRecording && !await IsKnownAsync(submission, source, cancellationToken))
                return new RegroupOutcome.AnalysisGone();
            outcome = await submit(submission, cancellationToken);
            return new RegroupOutcome.Submitted(id, outcome);
        }
        finally
        {
            if (outcome is not (SubmitOutcome.Accepted or SubmitOutcome.Completed))
                RecordingFiles.Delete(path);
        }
    }

    private static JobSubmission Submission(JobRow source, Guid id, string path, SpeakerCount speakers, JobClient client, bool hasVoices)
    {
        JobOptions before = JobRows.Options(source);
        return new JobSubmission
        {
            Id = id,
            FileName = source.FileName,
            Audio = new StoredAudio(path, source.Md5, source.Length) { Sha256 = source.Sha256 },
            Options = before with { Speakers = speakers, Diarize = true, ForceRefresh = false, Voices = hasVoices ? before.Voices : null },
            Client = client,
            DerivedFrom = source.Id,
        };
    }

    // Without the recording only what is kept can answer.
    private async Task<bool> IsKnownAsync(JobSubmission job, JobRow source, CancellationToken cancellationToken)
    {
        WorkKey key = WorkKey.Of(source.Sha256, source.Length, job.Options);
        string models = model(job.Options.Bundle);
        return await cache.FindAnalysisAsync(key, models, cancellationToken) is not null
            || await cache.FindAsync(job.Audio, source.Sha256, job.Options, models, cancellationToken) is not null;
    }

    private static bool TryLink(string existing, string path)
    {
        try
        {
            if (!File.Exists(existing))
                return false;
            HardLink.Create(existing, path);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false; // it went in this moment
        }
    }
}
