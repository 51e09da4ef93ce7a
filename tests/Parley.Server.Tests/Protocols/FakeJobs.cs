using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Parley.Server.Jobs;
using Parley.Speakers;

namespace Parley.Server.Tests.Protocols;

/// <summary>A fake: jobs without work. A test decides what becomes of a submission and tells the events of a job itself.</summary>
internal sealed class FakeJobs : IJobs
{
    private readonly ConcurrentDictionary<Guid, JobStatus> _known = new();
    private readonly ConcurrentDictionary<Guid, JobResult> _results = new();
    private readonly ConcurrentDictionary<Guid, JobEvents> _events = new();
    private readonly ConcurrentDictionary<Guid, bool> _evicted = new();

    /// <summary>What becomes of a submission; accepted unless a test says otherwise.</summary>
    public Func<JobSubmission, SubmitOutcome> OnSubmit { get; set; } = static _ => new SubmitOutcome.Accepted(new QueuePlace(1, TimeSpan.Zero), IsWaiting: false);

    /// <summary>Cached result of a hash; none unless a test says otherwise.</summary>
    public Func<Guid, string, JobOptions, JobResult?> OnFind { get; set; } = static (_, _, _) => null;

    public SubmitOutcome? Refusal { get; set; }

    public ConcurrentQueue<JobSubmission> Submissions { get; } = new();

    /// <summary>The bytes of each submitted file, read when it was submitted.</summary>
    public ConcurrentDictionary<Guid, byte[]> Files { get; } = new();

    public JobFigures Figures { get; } = new();

    public Task<JobResult?> FindResultAsync(Guid jobId, string fileName, string md5, JobOptions options, CancellationToken cancellationToken)
        => Task.FromResult(options.ForceRefresh ? null : OnFind(jobId, md5, options) is { } found ? found with { JobId = jobId, FileName = fileName, Md5 = md5, Options = options } : null);

    public async Task<SubmitOutcome> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken)
    {
        if (submission.Audio.Length <= 1 << 20)
            Files[submission.Id] = await File.ReadAllBytesAsync(submission.Audio.Path, cancellationToken);
        SubmitOutcome outcome = OnSubmit(submission);
        Submissions.Enqueue(submission);
        if (outcome is SubmitOutcome.Accepted or SubmitOutcome.Completed)
            Know(submission, outcome is SubmitOutcome.Completed ? JobState.Completed : JobState.Pending);
        if (outcome is SubmitOutcome.Completed completed)
            _results[submission.Id] = completed.Result;
        return outcome;
    }

    public SubmitOutcome? WouldRefuse(JobClient client) => Refusal;

    public Task<JobStatus?> FindAsync(Guid id, CancellationToken cancellationToken) => Task.FromResult(_known.GetValueOrDefault(id));

    public Task<JobResult?> ResultAsync(Guid id, CancellationToken cancellationToken) => Task.FromResult(_results.GetValueOrDefault(id));

    public IJobTranscripts Transcripts => throw new NotSupportedException();

    public IRecordings Recordings => throw new NotSupportedException();

    public Task<RegroupOutcome> RegroupAsync(Guid id, SpeakerCount speakers, JobClient client, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IReadOnlyList<ComputedJob> History(int count) => [];

    public bool WasEvicted(Guid id) => _evicted.ContainsKey(id);

    public Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        if (!_known.TryGetValue(id, out JobStatus? status) || status.State is not (JobState.Pending or JobState.Processing))
            return Task.FromResult(false);
        _known[id] = status with { State = JobState.Cancelled };
        Tell(new JobEvent.Ended(id, _known[id]));
        return Task.FromResult(true);
    }

    public Task<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken)
        => Task.FromResult(new JobPage([.. _known.Values.Where(job => job.IsFor(query.Client)).Take(query.Limit)], Next: null));

    public Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken) => Task.FromResult(_known.TryRemove(id, out _));

    public IAsyncEnumerable<JobEvent> WatchAsync(Guid id, CancellationToken cancellationToken) => Events(id).WatchAsync(cancellationToken);

    /// <summary>Something happens to a job.</summary>
    public void Tell(JobEvent happened)
    {
        if (happened is JobEvent.Completed completed)
        {
            _results[happened.JobId] = completed.Result;
            _known[happened.JobId] = _known[happened.JobId] with { State = JobState.Completed, Progress = 100 };
        }

        Events(happened.JobId).Tell(happened);
    }

    /// <summary>A job is known, in this state.</summary>
    public JobStatus Know(JobSubmission submission, JobState state, string? error = null) => _known[submission.Id] = new JobStatus
    {
        Id = submission.Id,
        FileName = submission.FileName,
        Md5 = submission.Audio.Md5,
        Length = submission.Audio.Length,
        Options = submission.Options,
        Client = submission.Client,
        State = state,
        Progress = state == JobState.Completed ? 100 : 0,
        Error = error,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>A job that nobody submitted here is known.</summary>
    public JobStatus Know(JobState state, string? error = null, JobOptions? options = null, string? user = null) => Know(
        new JobSubmission
        {
            Id = Guid.NewGuid(),
            FileName = "known.wav",
            Audio = new StoredAudio("/nowhere/known.wav", TestTranscripts.Md5, 1),
            Options = options ?? new JobOptions(),
            Client = new JobClient(user ?? "test", user),
        },
        state,
        error);

    public void KnowResult(JobResult result) => _results[result.JobId] = result;

    public void Evict(Guid id) => _evicted[id] = true;

    private JobEvents Events(Guid id) => _events.GetOrAdd(id, _ => new JobEvents());

    /// <summary>What happens to one job, told to all who watch. What nobody heard waits for the first who does; the end is told to everybody, however late.</summary>
    private sealed class JobEvents
    {
        private readonly Lock _lock = new();
        private readonly List<Channel<JobEvent>> _watchers = [];
        private readonly List<JobEvent> _unheard = [];
        private JobEvent? _end;

        public void Tell(JobEvent happened)
        {
            lock (_lock)
            {
                if (IsEnd(happened))
                    _end = happened;
                if (_watchers.Count == 0)
                    _unheard.Add(happened);
                foreach (Channel<JobEvent> watcher in _watchers)
                    watcher.Writer.TryWrite(happened);
            }
        }

        public async IAsyncEnumerable<JobEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Channel<JobEvent> events = Begin();
            try
            {
                await foreach (JobEvent happened in events.Reader.ReadAllAsync(cancellationToken))
                {
                    yield return happened;
                    if (IsEnd(happened))
                        yield break;
                }
            }
            finally
            {
                lock (_lock)
                    _watchers.Remove(events);
            }
        }

        private static bool IsEnd(JobEvent happened) => happened is JobEvent.Completed or JobEvent.Ended;

        private Channel<JobEvent> Begin()
        {
            Channel<JobEvent> events = Channel.CreateUnbounded<JobEvent>();
            lock (_lock)
            {
                if (_unheard.Count == 0 && _end is { } end)
                    events.Writer.TryWrite(end);
                foreach (JobEvent happened in _unheard)
                    events.Writer.TryWrite(happened);
                _unheard.Clear();
                _watchers.Add(events);
            }

            return events;
        }
    }
}
