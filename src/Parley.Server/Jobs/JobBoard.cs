using Parley.Server.Configuration;
using Parley.Transcripts;

namespace Parley.Server.Jobs;

/// <summary>
/// Everything about jobs that have not ended, in memory: who waits, what runs, who watches. Decides who is next; touches neither disk nor engine.
/// Safe for concurrent calls: one lock, held for moments.
/// </summary>
internal sealed partial class JobBoard(Func<TranscriptionOptions> options, Func<int> slots, LearnedPace pace, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, LiveJob> _live = [];
    private readonly HashSet<Guid> _arriving = [];
    private readonly FairQueue _queue = new();
    private readonly List<JobRun> _runs = [];
    private readonly Admission _admission = new();
    private bool _isRunning;

    public int Waiting
    {
        get
        {
            lock (_gate)
                return _queue.Count;
        }
    }

    public int Running
    {
        get
        {
            lock (_gate)
                return _runs.Sum(run => run.Members.Count);
        }
    }

    /// <summary>What is on the slots now.</summary>
    public IReadOnlyList<JobRun> Runs
    {
        get
        {
            lock (_gate)
                return [.. _runs];
        }
    }

    /// <summary>Jobs are started from now on, or no more.</summary>
    public void SetRunning(bool isRunning)
    {
        lock (_gate)
            _isRunning = isRunning;
    }

    /// <summary>Files that jobs still need.</summary>
    public HashSet<string> AudioPaths()
    {
        lock (_gate)
            return [.. _live.Values.Select(job => job.Submission.Audio.Path), .. _runs.Select(run => run.AudioPath).OfType<string>()];
    }

    public JobStatus? Find(Guid id)
    {
        lock (_gate)
            return _live.GetValueOrDefault(id) is { } job ? StatusOf(job, PlacesFor(job)) : null;
    }

    /// <summary>Every job that is here, by its number.</summary>
    public Dictionary<Guid, JobStatus> All()
    {
        lock (_gate)
        {
            Dictionary<WorkKey, QueuePlace> places = Places();
            return _live.ToDictionary(item => item.Key, item => StatusOf(item.Value, places));
        }
    }

    /// <summary>Whether a number is free, and taken from now on until <see cref="Leave"/>.</summary>
    public bool TryArrive(Guid id)
    {
        lock (_gate)
            return !_live.ContainsKey(id) && _arriving.Add(id);
    }

    public void Leave(Guid id)
    {
        lock (_gate)
            _arriving.Remove(id);
    }

    /// <summary>Whether a client's job would find the queue full. Null: it would not.</summary>
    public SubmitOutcome.QueueFull? WouldRefuse(JobClient client)
    {
        lock (_gate)
            return Refusal(client);
    }

    /// <summary>Keeps a place in the queue free for a job that is being written to disk, until <see cref="Unreserve"/>. Work that runs already takes in twins for nothing.</summary>
    public SubmitOutcome.QueueFull? Reserve(JobClient client, WorkKey key, string model)
    {
        lock (_gate)
        {
            if (TwinOf(key, model) is null && Refusal(client) is { } refusal)
                return refusal;
            _admission.Reserve(client);
            return null;
        }
    }

    /// <summary>The job does not come.</summary>
    public void Unreserve(JobClient client)
    {
        lock (_gate)
            _admission.Release(client);
    }

    /// <summary>Takes in a job that is on disk and has a place reserved: it joins work that runs, or the queue.</summary>
    public SubmitOutcome.Accepted Add(LiveJob job, string model)
    {
        lock (_gate)
        {
            _admission.Release(job.Submission.Client);
            _live.Add(job.Id, job);
            if (TwinOf(job.Key, model) is { } run)
            {
                Join(run, job);
                return new SubmitOutcome.Accepted(new QueuePlace(1, TimeSpan.Zero), IsWaiting: false);
            }

            _queue.Add(job);
            QueuePlace place = Places()[job.Key];
            return new SubmitOutcome.Accepted(place, place.Position > slots());
        }
    }

    /// <summary>Takes in jobs of the last life, in order.</summary>
    public void AddRecovered(LiveJob job)
    {
        lock (_gate)
        {
            _live.Add(job.Id, job);
            _queue.Add(job);
        }
    }

    /// <summary>The next work for a free slot, with every job that wants the same; null when nobody waits, or no slot is free.</summary>
    public JobRun? TakeNext()
    {
        lock (_gate)
        {
            if (!_isRunning || _runs.Count >= slots() || _queue.TakeNext() is not { } leader)
                return null;
            leader.StartedAt = clock.GetUtcNow();
            JobRun run = new(leader);
            _runs.Add(run);
            Join(run, leader);
            foreach (LiveJob twin in _queue.InOrder().Where(job => job.Key == run.Key).ToList())
            {
                _queue.Remove(twin);
                Join(run, twin);
            }

            TellPlaces();
            return run;
        }
    }

    /// <summary>How far work has come. Never falls within an attempt.</summary>
    public void Report(JobRun run, int percent, string message)
    {
        lock (_gate)
        {
            if (run.IsClosed || percent < run.Percent)
                return;
            run.Percent = percent;
            foreach (LiveJob job in run.Members)
            {
                job.Percent = percent;
                job.Tell(new JobEvent.Progressed(job.Id, percent, message));
            }
        }
    }

    /// <summary>When work will be done, by the clock's time stamps, from how fast it goes.</summary>
    public void Expect(JobRun run, long end)
    {
        lock (_gate)
            run.ExpectedEnd = end;
    }

    /// <summary>As above, for a job that has left its run to end.</summary>
    public void Report(LiveJob job, int percent, string message)
    {
        lock (_gate)
        {
            job.Percent = percent;
            job.Tell(new JobEvent.Progressed(job.Id, percent, message));
        }
    }

    /// <summary>The jobs that want a run's result now.</summary>
    public List<LiveJob> MembersOf(JobRun run)
    {
        lock (_gate)
            return [.. run.Members];
    }

    /// <summary>Takes some members out of a run to end them; nobody joins it when all go.</summary>
    /// <param name="run">The run.</param>
    /// <param name="which">Which members; null: all of them, and the run is closed.</param>
    public List<LiveJob> BeginEnd(JobRun run, Func<LiveJob, bool>? which = null)
    {
        lock (_gate)
        {
            List<LiveJob> ending = [.. run.Members.Where(job => which is null || which(job))];
            foreach (LiveJob job in ending)
            {
                job.IsEnding = true;
                run.Members.Remove(job);
            }

            run.IsClosed |= run.Members.Count == 0;
            return ending;
        }
    }

    /// <summary>Takes a job out of queue or run to cancel it.</summary>
    /// <param name="id">The job.</param>
    /// <param name="abandoned">Work that nobody wants any more; the caller stops it.</param>
    /// <returns>Null when there is no such job that can be cancelled.</returns>
    public LiveJob? BeginCancel(Guid id, out JobRun? abandoned)
    {
        abandoned = null;
        lock (_gate)
        {
            if (_live.GetValueOrDefault(id) is not { IsEnding: false } job)
                return null;
            job.IsEnding = true;
            job.Pause?.Dispose();
            if (job.Run is { } run)
            {
                run.Members.Remove(job);
                run.IsClosed |= run.Members.Count == 0;
                abandoned = run.IsClosed ? run : null;
            }
            else if (_queue.Remove(job))
            {
                TellPlaces();
            }

            return job;
        }
    }

    /// <summary>A job is to be tried again: it waits outside the queue until <see cref="EndPause"/>.</summary>
    public void Pause(LiveJob job, TimeSpan pause)
    {
        lock (_gate)
        {
            (job.Run, job.State, job.Percent, job.StartedAt, job.IsEnding) = (null, JobState.Pending, 0, null, false);
            job.PauseEnds = clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency);
            job.Tell(new JobEvent.Queued(job.Id, PlaceOf(job, [])));
        }
    }

    /// <summary>The timer that will end a pause; disposed at once when the job was cancelled meanwhile.</summary>
    public void SetPause(LiveJob job, ITimer timer)
    {
        lock (_gate)
        {
            if (job.PauseEnds is null || job.IsEnding)
                timer.Dispose();
            else
                job.Pause = timer;
        }
    }

    /// <summary>A job whose pause is over goes back to its place. The queue's limit does not count.</summary>
    public void EndPause(LiveJob job)
    {
        lock (_gate)
        {
            if (job.IsEnding || job.PauseEnds is null)
                return;
            job.Pause?.Dispose();
            (job.Pause, job.PauseEnds) = (null, null);
            _queue.Add(job);
            TellPlaces();
        }
    }

    /// <summary>A job has ended: its watchers are told, and it is forgotten here unless its end is still to be stored.</summary>
    public void End(LiveJob job, JobState state, string? error, JobFault? fault, DateTimeOffset endedAt, Func<LiveJob, JobEvent> last, bool isStored)
    {
        lock (_gate)
        {
            (job.State, job.Error, job.Fault, job.EndedAt, job.Run) = (state, error, fault, endedAt, null);
            job.Percent = state == JobState.Completed ? 100 : job.Percent;
            job.Tell(last(job));
            job.EndWatching();
            if (isStored)
                _live.Remove(job.Id);
        }
    }

    /// <summary>The end of a job is stored after all.</summary>
    public void Forget(LiveJob job)
    {
        lock (_gate)
            _live.Remove(job.Id);
    }

    /// <summary>An ended job whose end is still to be stored is deleted: it is not to be stored any more.</summary>
    public void ForgetEnded(Guid id)
    {
        lock (_gate)
        {
            if (_live.GetValueOrDefault(id) is { EndedAt: not null })
                _live.Remove(id);
        }
    }

    /// <summary>The slot is free again.</summary>
    public void Free(JobRun run)
    {
        lock (_gate)
            _runs.Remove(run);
        run.Dispose();
    }

    /// <summary>Text has been settled.</summary>
    public void Say(JobRun run, IReadOnlyList<TranscriptSentence> settled)
    {
        lock (_gate)
        {
            run.Said = [.. run.Said, .. settled];
            foreach (LiveJob job in run.Members)
                job.Tell(new JobEvent.Said(job.Id, run.Said));
        }
    }

    private static void Join(JobRun run, LiveJob job)
    {
        run.Members.Add(job);
        (job.Run, job.State, job.Percent, job.ToldPlace) = (run, JobState.Processing, run.Percent, null);
        job.StartedAt = run.Leader.StartedAt;
        job.Tell(new JobEvent.Progressed(job.Id, run.Percent, ProgressText.At(run.Percent)));
        if (run.Said.Count > 0)
            job.Tell(new JobEvent.Said(job.Id, run.Said));
    }

    // As many twins as could wait: their files lie on the disk, too.
    private JobRun? TwinOf(WorkKey key, string model) => _runs.Find(run => !run.IsClosed && run.Key == key
        && string.Equals(run.Model, model, StringComparison.Ordinal) && run.Members.Count <= options().MaxQueueSize);

    // What is on its way goes to free slots first.
    private SubmitOutcome.QueueFull? Refusal(JobClient client)
        => _admission.Refusal(client, _queue, options(), _isRunning ? Math.Max(0, slots() - _runs.Count) : 0, pace.SecondsPerJob / Math.Max(1, slots()));
}
