using System.Threading.Channels;

namespace Parley.Server.Jobs;

/// <summary>What makes two jobs the same work: recording and wish. Where no models are wished they are the engine's, and the same for all that runs.</summary>
/// <param name="Sha256">Of the recording.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Speakers">As <see cref="SpeakerWish"/> spells it.</param>
/// <param name="Recognition">As <see cref="RecognitionKey"/> spells it.</param>
internal readonly record struct WorkKey(string Sha256, long Length, string Speakers, string Recognition)
{
    public static WorkKey Of(string sha256, long length, JobOptions options) => new(sha256, length, SpeakerWish.Of(options), RecognitionKey.Of(options));

    /// <summary>What rows of its result and of its analysis are found by.</summary>
    public string ModelWith(string model) => RecognitionKey.ModelWith(model, Recognition);
}

/// <summary>A job that has not ended, in memory. All that changes is guarded by the <see cref="JobBoard"/>.</summary>
internal sealed class LiveJob(long sequence, JobSubmission submission, string sha256, DateTimeOffset createdAt)
{
    // A watcher that lags by more loses the oldest events; the last one is always among the newest.
    private const int WatcherCapacity = 32;

    private readonly List<Channel<JobEvent>> _watchers = [];

    public long Sequence { get; } = sequence;

    public JobSubmission Submission { get; } = submission;

    public Guid Id => Submission.Id;

    public WorkKey Key { get; } = WorkKey.Of(sha256, submission.Audio.Length, submission.Options);

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public JobState State { get; set; } = JobState.Pending;

    public int Percent { get; set; }

    public int Retries { get; set; }

    /// <summary>Workers and servers that died over it.</summary>
    public int Lost { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public string? Error { get; set; }

    public JobFault? Fault { get; set; }

    /// <summary>What works on it; null while it waits.</summary>
    public JobRun? Run { get; set; }

    /// <summary>Its end is being written down: nothing else may end it.</summary>
    public bool IsEnding { get; set; }

    /// <summary>Ends the pause before a further attempt.</summary>
    public ITimer? Pause { get; set; }

    /// <summary>When the pause ends, by the clock's time stamps; null when there is none.</summary>
    public long? PauseEnds { get; set; }

    /// <summary>What watchers were told last about its place.</summary>
    public QueuePlace? ToldPlace { get; set; }

    public bool IsWatched => _watchers.Count > 0;

    public JobStatus Status => new()
    {
        Id = Id,
        FileName = Submission.FileName,
        Md5 = Submission.Audio.Md5,
        Options = Submission.Options,
        Client = Submission.Client,
        State = State,
        Length = Submission.Audio.Length,
        Progress = State == JobState.Pending ? 0 : Percent,
        Error = Error,
        Fault = Fault,
        CreatedAt = CreatedAt,
        StartedAt = StartedAt,
        EndedAt = EndedAt,
        AudioPath = Submission.Audio.Path,
        KeepRecording = Submission.KeepRecording,
        DerivedFrom = Submission.DerivedFrom,
    };

    public Channel<JobEvent> Watch()
    {
        Channel<JobEvent> watcher = Channel.CreateBounded<JobEvent>(
            new BoundedChannelOptions(WatcherCapacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        _watchers.Add(watcher);
        return watcher;
    }

    public void Unwatch(Channel<JobEvent> watcher) => _watchers.Remove(watcher);

    public void Tell(JobEvent what)
    {
        foreach (Channel<JobEvent> watcher in _watchers)
            watcher.Writer.TryWrite(what);
    }

    /// <summary>Nothing more will be told.</summary>
    public void EndWatching()
    {
        foreach (Channel<JobEvent> watcher in _watchers)
            watcher.Writer.TryComplete();
        _watchers.Clear();
    }
}
