using Microsoft.Extensions.Logging;
using Parley.Server.Notifications;
using Parley.Server.Storage;
using Parley.Transcripts;

namespace Parley.Server.Jobs;

/// <summary>How jobs end: first on disk, then for everybody who watches. Safe for concurrent calls, each about other jobs.</summary>
internal sealed class JobEnds(
    JobBoard board, JobStore store, AudioFiles files, JobCounters counters, INotifier notifier, TimeProvider clock, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly List<LiveJob> _unstored = [];

    /// <summary>Jobs end with a transcript that was just computed; when it cannot be stored, they fail.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="row">The transcript, to be stored.</param>
    /// <param name="analysis">What else the attempt left.</param>
    /// <param name="transcript">The transcript, to be told.</param>
    /// <param name="stored">Called between storing and telling, with the files of analyses that are replaced.</param>
    public async Task CompleteAsync(
        IReadOnlyList<LiveJob> jobs, ResultRow row, AnalysisRow? analysis, Transcript transcript, Action<IReadOnlyList<string>> stored)
    {
        DateTimeOffset now = clock.GetUtcNow();
        try
        {
            stored(await store.CompleteAsync(Sequences(jobs), row, analysis, now, CancellationToken.None));
        }
        catch (StorageException error)
        {
            await FailUnstoredAsync(jobs, error);
            return;
        }

        Complete(jobs, new KeptResult(row.Id, transcript, row.CreatedAt, row.ProcessingSeconds), now);
    }

    /// <summary>Jobs end with a transcript that was kept; when this cannot be stored, they fail.</summary>
    public async Task CompleteAsync(IReadOnlyList<LiveJob> jobs, KeptResult kept)
    {
        DateTimeOffset now = clock.GetUtcNow();
        try
        {
            await store.CompleteAsync(Sequences(jobs), kept.Id, now, CancellationToken.None);
        }
        catch (StorageException error)
        {
            await FailUnstoredAsync(jobs, error);
            return;
        }

        foreach (LiveJob job in jobs)
        {
            using (logger.ForJob(job.Id))
                logger.ServedFromCache();
        }

        Complete(jobs, kept, now);
    }

    /// <summary>Jobs end without a transcript. When that cannot be stored it is told all the same, and stored later.</summary>
    public async Task EndAsync(IReadOnlyList<LiveJob> jobs, JobState state, string error, JobFault? fault)
    {
        if (jobs.Count == 0)
            return;
        DateTimeOffset now = clock.GetUtcNow();
        bool isStored = true;
        try
        {
            await store.EndAsync(Sequences(jobs), (int)state, error, (int?)fault, now, CancellationToken.None);
        }
        catch (StorageException reason)
        {
            isStored = false;
            logger.EndNotStored(state, reason.Message);
        }

        foreach (LiveJob job in jobs)
        {
            board.End(job, state, error, fault, now, ended => new JobEvent.Ended(ended.Id, ended.Status), isStored);
            if (!isStored)
            {
                lock (_gate)
                    _unstored.Add(job);
            }

            Count(job, state);
            if (state == JobState.Failed)
                notifier.Notify(new Notice.JobFailed(job.Id, job.Submission.FileName, error, job.Retries));
        }
    }

    /// <summary>Stores the ends that could not be stored when they came.</summary>
    /// <exception cref="StorageException">It still cannot be done.</exception>
    public async Task StoreLateAsync(CancellationToken cancellationToken)
    {
        LiveJob[] late;
        lock (_gate)
            late = [.. _unstored];
        foreach (LiveJob job in late)
        {
            JobStatus status = job.Status;
            await store.EndAsync([job.Sequence], (int)status.State, status.Error!, (int?)status.Fault, status.EndedAt!.Value, cancellationToken);
            lock (_gate)
                _unstored.Remove(job);
            board.Forget(job);
        }
    }

    /// <summary>Counts and tells what was completed before it became a live job.</summary>
    public void CompletedAtOnce(JobSubmission submission, JobResult result)
    {
        counters.CountEnd(JobState.Completed);
        JobMeter.RecordEnd(JobState.Completed);
        Tell(submission, result);
        files.Release(submission.Audio.Path);
    }

    private static List<long> Sequences(IReadOnlyList<LiveJob> jobs) => [.. jobs.Select(job => job.Sequence)];

    private Task FailUnstoredAsync(IReadOnlyList<LiveJob> jobs, StorageException error)
    {
        counters.CountFault(JobFault.Internal);
        logger.ResultNotStored(error);
        return EndAsync(
            jobs, JobState.Failed, "The transcript was made, but the server could not store it: its disk is full or broken. Tell its operator, and send the file again.", JobFault.Internal);
    }

    private void Complete(IReadOnlyList<LiveJob> jobs, KeptResult kept, DateTimeOffset now)
    {
        foreach (LiveJob job in jobs)
        {
            JobResult result = kept.For(job.Submission);
            board.End(job, JobState.Completed, null, null, now, ended => new JobEvent.Completed(ended.Id, result), isStored: true);
            Count(job, JobState.Completed);
            Tell(job.Submission, result);
        }
    }

    private void Count(LiveJob job, JobState state)
    {
        counters.CountEnd(state);
        JobMeter.RecordEnd(state);
        files.Release(job.Submission.Audio.Path);
    }

    private void Tell(JobSubmission job, JobResult result) => notifier.Notify(new Notice.JobCompleted(
        job.Id,
        job.FileName,
        job.Audio.Length,
        result.ProcessingSeconds,
        result.Transcript.Duration.TotalSeconds,
        result.Transcript.Speakers.Count,
        Segments(result.Transcript)));

    /// <summary>Segments as clients count them: a new one where the speaker changes, or after a pause of three seconds.</summary>
    private static int Segments(Transcript transcript)
    {
        const int maxGapMs = 3000;
        int count = 0;
        TranscriptSentence? last = null;
        foreach (TranscriptSentence sentence in transcript.Sentences.Where(sentence => !string.IsNullOrWhiteSpace(sentence.Text)))
        {
            if (last is null || !string.Equals(last.Speaker, sentence.Speaker, StringComparison.Ordinal) || sentence.StartMs - last.EndMs >= maxGapMs)
                count++;
            last = sentence;
        }

        return count;
    }
}
