using Microsoft.Extensions.Logging;
using Parley.Asr;
using Parley.Audio;
using Parley.Inference;
using Parley.Models;
using Parley.Server.Configuration;
using Parley.Server.Notifications;
using Parley.Server.Storage;
using Parley.Server.Workers;
using Parley.Transcripts;

namespace Parley.Server.Jobs;

/// <summary>One attempt from slot to end: what is kept serves first, then the engine works, then every job that wanted this ends, or waits to be tried again.</summary>
internal sealed class JobRunner(
    JobBoard board, JobEnds ends, JobStore store, ResultCache cache, LearnedPace pace, JobCounters counters, ITranscriptionEngine engine,
    INotifier notifier, Func<ServerOptions> options, TimeProvider clock, ILogger logger)
{
    private volatile bool _isLeaving;

    /// <summary>Called when a pause before a further attempt is over.</summary>
    public Action PauseEnded { get; set; } = static () => { };

    /// <summary>From now on an attempt that is stopped leaves its jobs as they are in the database: the next start takes them up.</summary>
    public void Leave() => _isLeaving = true;

    /// <summary>Runs an attempt. Never throws; ends when the engine is done with it.</summary>
    public async Task RunAsync(JobRun run)
    {
        using IDisposable? scope = logger.ForJob(run.Leader.Id);
        try
        {
            if (await BeginAsync(run))
                await WorkAsync(run);
        }
        catch (Exception error) when (_isLeaving)
        {
            logger.LeftBehind(error.Message);
        }
        catch (Exception error)
        {
            await FailAsync(run, Fault(error), error);
        }
    }

    /// <summary>Serves what is kept, and writes down that the rest is being worked on.</summary>
    /// <returns>Whether somebody still wants the work.</returns>
    private async Task<bool> BeginAsync(JobRun run)
    {
        LiveJob? asking = board.MembersOf(run).Find(job => !job.Submission.Options.ForceRefresh);
        if (asking is not null
            && await cache.FindAsync(asking.Submission.Audio, run.Key.Sha256, asking.Submission.Options, run.Model, CancellationToken.None) is { } kept)
        {
            await ends.CompleteAsync(board.BeginEnd(run, job => !job.Submission.Options.ForceRefresh), kept);
        }

        List<LiveJob> members = board.MembersOf(run);
        if (members.Count == 0)
            return false;
        run.IsMarked = engine.IsReady;
        await store.StartAsync(Sequences(members), run.IsMarked ? clock.GetUtcNow() : null, CancellationToken.None);
        JobMeter.RecordWait(clock.GetUtcNow() - run.Leader.CreatedAt);
        return true;
    }

    private async Task WorkAsync(JobRun run)
    {
        bool isFresh = board.MembersOf(run).Exists(job => job.Submission.Options.ForceRefresh);
        AnalysisRow? analysis = isFresh ? null : await cache.FindAnalysisAsync(run.Key, run.Model, CancellationToken.None);
        if (analysis is not null)
        {
            try
            {
                await AttemptAsync(run, analysis);
                return;
            }
            catch (Exception error) when (!_isLeaving && error is not WorkerLostException)
            {
                logger.BrokenAnalysis(error.Message);
                await cache.DropAnalysisAsync(analysis, CancellationToken.None);
            }
            catch (WorkerLostException)
            {
                await cache.DropAnalysisAsync(analysis, CancellationToken.None);
                throw;
            }
        }

        await AttemptAsync(run, analysis: null);
    }

    /// <summary>One call of the engine. An end that is nobody's fault (cancelled, timed out, stopped) returns; every other one throws.</summary>
    private async Task AttemptAsync(JobRun run, AnalysisRow? analysis)
    {
        List<LiveJob> members = board.MembersOf(run);
        if (members.Count == 0)
            return;
        LiveJob source = members.Find(job => File.Exists(job.Submission.Audio.Path)) ?? members[0];
        string audio = source.Submission.Audio.Path;
        run.AudioPath = audio;
        if (analysis is null && !File.Exists(audio))
        {
            throw new AudioDecodeException(
                AudioFault.NotFound, "The recording is no longer on the server's disk; somebody or something has deleted it. Send the file again.");
        }

        TimeSpan limit = JobLimits.Timeout(null, options().Transcription);
        using CancellationTokenSource timeout = new(limit, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, run.Token);
        Task marked = Task.CompletedTask;
        using RunProgress progress = new(
            run,
            board,
            ExpectedPace,
            () =>
            {
                if (!run.IsMarked)
                    marked = store.StartAsync(Sequences(board.MembersOf(run)), clock.GetUtcNow(), CancellationToken.None);
            },
            known => LogStart(run, known, limit),
            length =>
            {
                limit = JobLimits.Timeout(length, options().Transcription);
                timeout.CancelAfter(limit);
            },
            clock);
        string? saveTo = analysis is null ? cache.NewAnalysisPath(run.Key) : null;
        WorkOrder order = new()
        {
            JobId = run.Leader.Id,
            AudioPath = audio,
            FileName = source.Submission.FileName,
            Speakers = run.Leader.Submission.Options.Speakers,
            Recognition = run.Leader.Submission.Options.Recognition,
            Bundle = run.Leader.Submission.Options.Bundle,
            VoicesPath = run.Leader.Submission.Options.Voices is null ? null : VoiceSamples.PathFor(audio),
            AnalysisPath = analysis is null ? null : cache.PathOf(analysis),
            SaveAnalysisTo = saveTo,
        };
        Task<Transcript> work = engine.RunAsync(order, progress, either.Token);
        try
        {
            Transcript transcript = await work.WaitAsync(either.Token);
            double seconds = progress.Elapsed.TotalSeconds;
            progress.Dispose();
            board.Report(run, ProgressEstimate.Returned, ProgressText.At(ProgressEstimate.Returned));
            await CompleteAsync(run, transcript, seconds, saveTo, analysis is null ? progress.Model ?? engine.IdentityOf(order.Bundle) : null);
            saveTo = null;
        }
        catch (Exception) when (run.Token.IsCancellationRequested)
        {
            // Nobody wants it any more, or the server goes: whoever stopped it has said so to everybody.
        }
        catch (Exception) when (timeout.IsCancellationRequested)
        {
            await TimeOutAsync(run, limit);
        }
        finally
        {
            // The slot is taken until the engine lets go, however the jobs have ended.
            await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await marked.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (saveTo is not null)
                File.Delete(saveTo);
        }
    }

    /// <param name="run">The attempt.</param>
    /// <param name="transcript">What came of it.</param>
    /// <param name="seconds">Of work.</param>
    /// <param name="analysisPath">Where recognition and embeddings were written; null: nowhere.</param>
    /// <param name="model">Identity of the models that recognised it, which may have changed since it began; null: an analysis of those of its beginning was there.</param>
    private async Task CompleteAsync(JobRun run, Transcript transcript, double seconds, string? analysisPath, string? model)
    {
        bool isWhole = model is not null;
        DateTimeOffset now = clock.GetUtcNow();

        model ??= run.Model;
        ResultRow row = WorkRows.Result(run, model, transcript, seconds, now, cache.IsEnabled, isFromAnalysis: !isWhole);
        AnalysisRow? analysis = analysisPath is null ? null : WorkRows.Analysis(run, model, new FileInfo(analysisPath), now);
        List<LiveJob> members = board.BeginEnd(run);
        if (members.Count == 0)
            return;
        foreach (LiveJob job in members)
            board.Report(job, 100, ProgressText.At(100));
        await ends.CompleteAsync(members, row, analysis, transcript, replaced =>
        {
            foreach (string name in replaced)
                cache.DeleteAnalysisFile(name);
            cache.Measure();
            Learn(run, transcript, seconds, isWhole);
        });
    }

    private void Learn(JobRun run, Transcript transcript, double seconds, bool isWhole)
    {
        double audioSeconds = transcript.Duration.TotalSeconds;
        double rtf = audioSeconds > 0 ? seconds / audioSeconds : 0;
        JobMeter.RecordWork(transcript, seconds);
        logger.Done(seconds, audioSeconds, rtf, JobMeter.DeviceOf(transcript), transcript.Sentences.Count, transcript.Speakers.Count);
        if (!isWhole || pace.Add(seconds, audioSeconds) is not { } usual || rtf <= usual * options().Observability.AlertRtfFactor)
            return;
        logger.Slow(rtf, usual);
        notifier.Notify(new Notice.SlowJob(run.Leader.Id, rtf, usual));
    }

    private async Task TimeOutAsync(JobRun run, TimeSpan limit)
    {
        counters.CountFault(JobFault.Timeout);
        logger.TimedOut(limit.TotalMinutes);
        string error = $"The job ran longer than the {limit.TotalMinutes:0.#} minutes that it may take. Split the recording, or ask the operator for more time.";
        await ends.EndAsync(board.BeginEnd(run), JobState.TimedOut, error, JobFault.Timeout);
    }

    private async Task FailAsync(JobRun run, JobFault fault, Exception error)
    {
        counters.CountFault(fault);
        if (fault == JobFault.Internal && error is not StorageException)
            logger.Defect(error);
        bool diedOverIt = error is WorkerLostException { Loss: not WorkerLoss.DidNotStart };
        List<LiveJob> failed = [];
        foreach (LiveJob job in board.BeginEnd(run))
        {
            job.Lost += diedOverIt ? 1 : 0;
            if (error is InferenceException or WorkerLostException && job.Retries < options().Transcription.RetryTimes && job.Lost < JobLimits.MaxLost)
                await RetryAsync(job, fault, error);
            else
                failed.Add(job);
        }

        foreach (LiveJob job in failed)
        {
            bool isPoison = job.Lost >= JobLimits.MaxLost;
            string text = isPoison ? $"The job is not tried again: workers died over it {job.Lost} times. The last one: {error.Message}" : error.Message;
            using (logger.ForJob(job.Id))
                logger.Failed(fault, text);
            await ends.EndAsync([job], JobState.Failed, text, fault);
        }
    }

    private async Task RetryAsync(LiveJob job, JobFault fault, Exception error)
    {
        job.Retries++;
        TimeSpan pause = JobLimits.Pause(job.Retries);
        using (logger.ForJob(job.Id))
            logger.Retrying(fault, error.Message, job.Retries, pause.TotalSeconds);
        board.Pause(job, pause);
        try
        {
            await store.RequeueAsync(job.Sequence, job.Retries, job.Lost, CancellationToken.None);
        }
        catch (StorageException reason)
        {
            // The row says processing: a crash would count one loss too few, no more.
            logger.EndNotStored(JobState.Pending, reason.Message);
        }

        board.SetPause(job, clock.CreateTimer(
            _ =>
            {
                board.EndPause(job);
                PauseEnded();
            },
            null,
            pause,
            Timeout.InfiniteTimeSpan));
    }

    private static List<long> Sequences(List<LiveJob> jobs) => jobs.ConvertAll(job => job.Sequence);

    private static JobFault Fault(Exception error) => error switch
    {
        AudioDecodeException => JobFault.Audio,
        InferenceException or ModelFileException or RecognitionWishException => JobFault.Model,
        WorkerLostException => JobFault.Worker,
        _ => JobFault.Internal,
    };

    private double ExpectedPace() => pace.Rtf ?? 1 / Math.Max(0.01, options().Transcription.TranscriptionSpeedRatio);

    private void LogStart(JobRun run, WorkProgress started, TimeSpan unknownLimit)
    {
        string devices = engine.Workers.FirstOrDefault(worker => worker.Number == started.Worker) is { Devices: { Count: > 0 } known } ? string.Join(", ", known) : "devices unknown";
        int others = board.MembersOf(run).Count(member => member != run.Leader);
        if (started.Total is not { } total)
        {
            logger.StartedUnknownLength(started.Worker, devices, unknownLimit.TotalMinutes, others);
            return;
        }

        logger.Started(
            started.Worker, devices, total.TotalMinutes, total.TotalMinutes * ExpectedPace(), JobLimits.Timeout(total, options().Transcription).TotalMinutes, others);
    }
}
