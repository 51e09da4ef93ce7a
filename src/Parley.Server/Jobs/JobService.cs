using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Notifications;
using Parley.Server.Storage;
using Parley.Server.Workers;
using Parley.Speakers;

namespace Parley.Server.Jobs;

/// <summary>The jobs of a server, put together: open, start, stop, dispose, each once. After the stop they can still be asked about. Disposing without stopping is a crash: the next start mends it.</summary>
internal sealed class JobService : IJobs, IAsyncDisposable
{
    // Watchers must hear something at least every 30 seconds.
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(25);

    // An engine kills what does not stop within seconds; beyond this it hangs itself.
    private static readonly TimeSpan AbandonTimeout = TimeSpan.FromSeconds(20);

    private readonly Database _database;
    private readonly ITranscriptionEngine _engine;
    private readonly Func<ServerOptions> _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly LearnedPace _pace = new();
    private readonly JobCounters _counters = new();
    private readonly JobStore _store;
    private readonly ResultCache _cache;
    private readonly JobBoard _board;
    private readonly AudioFiles _files;
    private readonly JobEnds _ends;
    private readonly JobIntake _intake;
    private readonly JobIndex _index;
    private readonly JobRunner _runner;
    private readonly EvictedIds _evicted;
    private readonly Regrouping _regrouping;
    private readonly Recordings _recordings;
    private readonly CancellationTokenSource _leaving = new();
    private readonly Lock _dispatch = new();
    private string? _toImport;
    private ITimer? _refresh;
    private Task _maintenance = Task.CompletedTask;
    private bool _isStopped;

    private JobService(Database database, ITranscriptionEngine engine, INotifier notifier, Func<ServerOptions> options, JobServiceParts parts)
    {
        (_database, _engine, _options, _clock) = (database, engine, options, parts.Clock);
        _logger = parts.Loggers.CreateLogger<JobService>();
        _store = new JobStore(database, parts.Outbox);
        Analyses = new AnalysisStore(database);
        ResultStore results = new(database);
        _cache = new ResultCache(results, Analyses, options, _clock, _logger);
        _board = new JobBoard(() => options().Transcription, () => engine.Slots, _pace, _clock);
        _index = new JobIndex(_board, _store, results, _cache);
        _files = new AudioFiles(_board, _store, options, _clock, _logger);
        _ends = new JobEnds(_board, _store, _files, _counters, notifier, _clock, _logger);
        DiskWatch disk = new(options, parts.FreeBytes, notifier, _logger);
        _intake = new JobIntake(_board, _store, _cache, _ends, disk, _counters, engine, notifier, _clock, _logger);
        _runner = new JobRunner(_board, _ends, _store, _cache, _pace, _counters, engine, notifier, options, _clock, _logger);
        _runner.PauseEnded = Dispatch;
        _evicted = new EvictedIds(_store.LoadEvicted());
        _regrouping = new Regrouping(_store, _cache, engine.IdentityOf, SubmitAsync, options);
        Transcripts = new JobTranscripts(ResultAsync, new EditStore(database), _clock);
        _recordings = new Recordings(_clock);
        Housekeeping = new Housekeeping(_intake, _ends, _store, new DeliveryStore(database), _cache, Analyses, _files, _evicted, () => Figures, options, _clock, _logger);
    }

    /// <summary>Whether housekeeping goes on.</summary>
    public bool IsMaintained => !_maintenance.IsCompleted;

    public JobFigures Figures => new()
    {
        Waiting = _board.Waiting,
        MaxWaiting = _options().Transcription.MaxQueueSize,
        Running = _board.Running,
        Known = _intake.Known,
        SecondsPerJob = _pace.SecondsPerJob,
        IsAccepting = _intake.IsOpen,
        Ended = _counters.Ended,
        Errors = _counters.Errors,
        CacheEntries = _cache.Size.Entries,
        CacheBytes = _cache.Size.Bytes,
        CacheHits = _cache.Hits,
        CacheMisses = _cache.Misses,
        ProjectedServes = _cache.Projected,
    };

    internal Housekeeping Housekeeping { get; }

    internal AnalysisStore Analyses { get; }

    internal Database Database => _database;

    /// <summary>Opens the jobs on disk. Nothing runs, and nothing is accepted, before <see cref="StartAsync"/>.</summary>
    /// <param name="options">As they are now; asked again whenever they count.</param>
    /// <param name="engine">Does the work; started and stopped by its owner.</param>
    /// <param name="notifier">Tells people.</param>
    /// <param name="parts">Clock, loggers, disk; null for the real ones.</param>
    /// <exception cref="StorageException">The database cannot be used; the message says what to do.</exception>
    public static JobService Open(Func<ServerOptions> options, ITranscriptionEngine engine, INotifier notifier, JobServiceParts? parts = null)
    {
        parts ??= new JobServiceParts();
        ILogger logger = parts.Loggers.CreateLogger<Database>();
        (string own, string? old) = OldCache.PathsFor(options().Database.Path);
        if (old is not null)
            Storage.Log.OldCacheFound(logger, old, own);
        bool isNew = !File.Exists(own);
        Database database = Database.Open(own, parts.Clock, logger);
        try
        {
            return new JobService(database, engine, notifier, options, parts) { _toImport = isNew ? old : null };
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Takes up what the last life left, begins to run jobs, and accepts new ones.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        (List<JobRow> pending, List<JobRow> failed) = await _store.RecoverAsync(
            JobLimits.MaxLost,
            $"The job is not tried again: the server, or a worker, died over it {JobLimits.MaxLost} times.",
            (int)JobFault.Worker,
            _clock.GetUtcNow(),
            cancellationToken);
        foreach (JobRow row in pending)
            _board.AddRecovered(JobRows.Live(row));
        foreach (JobRow row in failed)
        {
            _counters.CountEnd(JobState.Failed);
            _files.Release(row.AudioPath);
        }

        if (pending.Count + failed.Count > 0)
            _logger.Recovered(pending.Count, failed.Count);
        _files.SweepLeftovers();
        if (_toImport is not null)
            await ImportAsync(_toImport, cancellationToken);
        _cache.Measure();

        // The first question for it may read all models.
        await Task.Run(() => _engine.IdentityOf(bundle: null), cancellationToken);
        _board.SetRunning(true);
        _intake.Open(_store.Count());
        _refresh = _clock.CreateTimer(_ => _board.Refresh(), null, RefreshInterval, RefreshInterval);
        _maintenance = Housekeeping.RunAsync(_leaving.Token);
        Dispatch();
    }

    /// <summary>Accepts no more jobs, lets running ones end as long as the options say, and puts the rest back into the queue.</summary>
    /// <param name="cancellationToken">Ends the time of grace early.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _intake.Close();
        lock (_dispatch)
            _board.SetRunning(false);
        Task running = Task.WhenAll(_board.Runs.Select(run => run.Task));
        int graceSeconds = _options().Server.StopGraceSeconds;
        _logger.Stopping(_board.Running, graceSeconds, _board.Waiting);
        try
        {
            await running.WaitAsync(TimeSpan.FromSeconds(Math.Max(0, graceSeconds)), _clock, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            await AbandonAsync(running);
        }

        int interrupted = await _store.CheckpointAsync(CancellationToken.None);
        await _cache.FlushAsync(CancellationToken.None);
        await EndMaintenanceAsync();
        _isStopped = true;
        _logger.Stopped(interrupted);
    }

    public Task<JobResult?> FindResultAsync(Guid jobId, string fileName, string md5, JobOptions options, CancellationToken cancellationToken)
    {
        return FindAsync();

        async Task<JobResult?> FindAsync()
        {
            JobOptions wanted = LanguageWish.Apply(options, _engine.TakesLanguage(options.Bundle));
            return await _cache.FindAsync(md5, wanted, _engine.IdentityOf(options.Bundle), cancellationToken) is { } kept ? kept.For(jobId, fileName, md5, wanted) : null;
        }
    }

    public async Task<SubmitOutcome> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken)
    {
        JobOptions wanted = LanguageWish.Apply(submission.Options, _engine.TakesLanguage(submission.Options.Bundle));
        SubmitOutcome outcome = await _intake.SubmitAsync(submission with { Options = wanted }, cancellationToken);
        if (outcome is SubmitOutcome.Accepted)
            Dispatch();
        return outcome;
    }

    public SubmitOutcome? WouldRefuse(JobClient client) => _intake.WouldRefuse(client);

    public Task<JobStatus?> FindAsync(Guid id, CancellationToken cancellationToken) => _index.FindAsync(id, cancellationToken);

    public Task<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken) => _index.ListAsync(query, cancellationToken);

    public async Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken)
    {
        if (_store.Find(id) is not { } row)
            return false;

        // One that is just ending cannot be cancelled, and is not gone before it has ended.
        if (!await CancelAsync(id, cancellationToken) && _board.Watch(id) is var (job, events))
        {
            try
            {
                await events.Reader.Completion.WaitAsync(cancellationToken);
            }
            finally
            {
                _board.Unwatch(job, events);
            }
        }

        if (!await _store.DeleteAsync(id, cancellationToken))
            return false;
        _board.ForgetEnded(id);
        _intake.Forget(1);
        await _files.DeleteAsync(row.AudioPath, cancellationToken);
        using (_logger.ForJob(id))
            _logger.Deleted();
        return true;
    }

    public async Task<JobResult?> ResultAsync(Guid id, CancellationToken cancellationToken)
    {
        if (_store.Find(id) is not { ResultId: { } result } row || await _cache.ReadAsync(result, cancellationToken) is not { } kept)
            return null;
        return kept.For(row.Id, row.FileName, row.Md5, JobRows.Options(row));
    }

    public IJobTranscripts Transcripts { get; }

    public IRecordings Recordings => _recordings;

    public Task<RegroupOutcome> RegroupAsync(Guid id, SpeakerCount speakers, JobClient client, CancellationToken cancellationToken)
        => _regrouping.RunAsync(id, speakers, client, cancellationToken);

    public IReadOnlyList<ComputedJob> History(int count)
        => [.. new ResultStore(_database).Computed(count).Select(row => new ComputedJob(row.CreatedAt, row.AudioSeconds!.Value, row.ProcessingSeconds, row.IsFromAnalysis))];

    public bool WasEvicted(Guid id) => _evicted.Contains(id);

    public async Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        if (_board.BeginCancel(id, out JobRun? abandoned) is not { } job)
            return false;
        using (_logger.ForJob(id))
            _logger.Cancelled();
        await _ends.EndAsync([job], JobState.Cancelled, "Cancelled by the client.", fault: null);
        if (abandoned is not null)
            await abandoned.StopAsync();
        return true;
    }

    public async IAsyncEnumerable<JobEvent> WatchAsync(Guid id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_board.Watch(id) is not { } watched)
        {
            if (await EndOfAsync(id, cancellationToken) is { } end)
                yield return end;
            yield break;
        }

        (LiveJob job, Channel<JobEvent> events) = watched;
        try
        {
            await foreach (JobEvent what in events.Reader.ReadAllAsync(cancellationToken))
                yield return what;
        }
        finally
        {
            _board.Unwatch(job, events);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            _intake.Close();
            lock (_dispatch)
                _board.SetRunning(false);
            await AbandonAsync(Task.WhenAll(_board.Runs.Select(run => run.Task)));
            await EndMaintenanceAsync();
        }

        _recordings.Dispose();
        _cache.Dispose();
        _database.Dispose();
        _leaving.Dispose();
    }

    private async Task ImportAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            DateTimeOffset now = _clock.GetUtcNow();
            ImportReport report = await OldCacheImport.RunAsync(path, new ResultStore(_database), _options().Database.OldestKept(now), now, cancellationToken);
            Storage.Log.OldCacheImported(_logger, report.Imported, path, report.SkippedCount, report.Reasons);
            if (report.Error is not null)
                Storage.Log.OldCacheNotImported(_logger, path, report.Error);
        }
        catch (StorageException error)
        {
            Storage.Log.OldCacheNotImported(_logger, path, error.Message);
        }
    }

    private async Task<JobEvent?> EndOfAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not { } status)
            return null;
        if (status.State != JobState.Completed)
            return new JobEvent.Ended(id, status);
        return await ResultAsync(id, cancellationToken) is { } result
            ? new JobEvent.Completed(id, result)
            : new JobEvent.Ended(id, status with { State = JobState.Failed, Error = "The transcript was damaged on the server's disk. Send the file again.", Fault = JobFault.Internal });
    }

    /// <summary>Puts jobs onto free slots.</summary>
    private void Dispatch()
    {
        lock (_dispatch)
        {
            while (_board.TakeNext() is { } run)
            {
                run.Model = _engine.IdentityOf(run.Leader.Submission.Options.Bundle);
                run.Task = Task.Run(() => RunAsync(run));
            }
        }
    }

    private async Task RunAsync(JobRun run)
    {
        try
        {
            await _runner.RunAsync(run);
        }
        catch (Exception error)
        {
            _logger.Defect(error);
        }
        finally
        {
            _board.Free(run);
            if (run.AudioPath is { } audio)
                _files.Release(audio);
            Dispatch();
        }
    }

    /// <summary>Stops what runs; its jobs stay in the database as they are.</summary>
    private async Task AbandonAsync(Task running)
    {
        _runner.Leave();
        await _leaving.CancelAsync();
        foreach (JobRun run in _board.Runs)
            await run.StopAsync();
        try
        {
            await running.WaitAsync(AbandonTimeout, _clock);
        }
        catch (TimeoutException)
        {
            _logger.NotLetGo(_board.Runs.Count);
        }
    }

    private async Task EndMaintenanceAsync()
    {
        await _leaving.CancelAsync();
        if (_refresh is not null)
            await _refresh.DisposeAsync();
        await _maintenance.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _board.EndWatching();
    }
}
