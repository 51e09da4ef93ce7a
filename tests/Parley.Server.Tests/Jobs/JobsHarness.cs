using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Notifications;
using Parley.Server.Storage;

namespace Parley.Server.Tests.Jobs;

/// <summary>The real jobs room on a real database file, with the fake engine and a clock of the test's own.</summary>
internal sealed class JobsHarness : IAsyncDisposable
{
    private JobService? _service;

    public JobsHarness()
    {
        Folder = Directory.CreateTempSubdirectory("parley-jobs-").FullName;
        Directory.CreateDirectory(Uploads);
        Options = new ServerOptions
        {
            Server = new ListenOptions { UploadDir = Uploads, TempDir = Path.Combine(Folder, "temp"), MinFreeDiskMb = 100, StopGraceSeconds = 5 },
            Database = new DatabaseOptions { Path = Path.Combine(Folder, "data", "parley.db") },
        };
    }

    public string Folder { get; }

    public string Uploads => Path.Combine(Folder, "uploads");

    public ServerOptions Options { get; set; }

    public FakeEngine Engine { get; } = new();

    public ManualTime Clock { get; } = new();

    public NoticeList Notices { get; } = new();

    public LogList Logs { get; } = new();

    public long FreeBytes { get; set; } = long.MaxValue;

    public IOutbox Outbox { get; set; } = NoOutbox.Instance;

    public JobService Jobs => _service ?? throw new InvalidOperationException("Not open.");

    public static async Task<JobsHarness> StartAsync(Func<TranscriptionOptions, TranscriptionOptions>? change = null)
    {
        JobsHarness harness = new();
        if (change is not null)
            harness.Options = harness.Options with { Transcription = change(harness.Options.Transcription) };
        await harness.OpenAsync();
        return harness;
    }

    public async Task OpenAsync()
    {
        using LoggerFactory loggers = new([Logs]);
        _service = JobService.Open(() => Options, Engine, Notices, new JobServiceParts { Clock = Clock, Loggers = loggers, FreeBytes = _ => FreeBytes, Outbox = Outbox });
        await _service.StartAsync(CancellationToken.None);
    }

    /// <summary>The server is gone in the middle of its work, and nothing more is written.</summary>
    public async Task CrashAsync()
    {
        await Jobs.DisposeAsync();
        _service = null;
    }

    public async Task StopAsync()
    {
        await Jobs.StopAsync(CancellationToken.None);
        await CrashAsync();
    }

    public JobSubmission Submission(string content, string client = "anna", int priority = 0, JobOptions? options = null, Guid? id = null)
    {
        Guid job = id ?? Guid.NewGuid();
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        string path = Path.Combine(Uploads, $"{job:N}.wav");
        File.WriteAllBytes(path, bytes);
        return new JobSubmission
        {
            Id = job,
            FileName = $"{content}.wav",
            Audio = new StoredAudio(path, Md5(content), bytes.Length),
            Options = options ?? new JobOptions(),
            Client = new JobClient(client, null),
            Priority = priority,
        };
    }

#pragma warning disable CA5351 // the protocol's key
    public static string Md5(string content) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(content)));
#pragma warning restore CA5351

    /// <summary>Submits a job that must be accepted.</summary>
    public async Task<JobSubmission> SubmitAsync(string content, string client = "anna", int priority = 0, JobOptions? options = null)
    {
        JobSubmission submission = Submission(content, client, priority, options);
        (await Jobs.SubmitAsync(submission, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Accepted>();
        return submission;
    }

    public async Task<JobState> StateAsync(JobSubmission job) => (await Jobs.FindAsync(job.Id, CancellationToken.None)).ShouldNotBeNull().State;

    public async Task<JobStatus> EndAsync(JobSubmission job)
    {
        JobStatus? status = null;
        await Until.TrueAsync(() => (status = Jobs.FindAsync(job.Id, CancellationToken.None).Result)?.State >= JobState.Completed, $"the end of {job.FileName}");
        return status!;
    }

    /// <summary>Lets the pauses before retries pass.</summary>
    public async Task<FakeWork> NextAfterPauseAsync(Func<bool> isPaused)
    {
        await Until.TrueAsync(isPaused, "a retry is waiting");
        await Until.TrueAsync(
            () =>
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                return Engine.HasNext;
            },
            "the retry");
        return await Engine.NextAsync();
    }

    /// <summary>Collects the events of a job until its end.</summary>
    public Watched Watch(JobSubmission job)
    {
        Watched watched = new();
        watched.Task = CollectAsync();
        return watched;

        async Task CollectAsync()
        {
            await foreach (JobEvent what in Jobs.WatchAsync(job.Id, CancellationToken.None))
                watched.Events.Enqueue(what);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    internal sealed class Watched
    {
        public ConcurrentQueue<JobEvent> Events { get; } = new();

        public Task Task { get; set; } = Task.CompletedTask;

        public int[] Percents => [.. Events.OfType<JobEvent.Progressed>().Select(item => item.Percent)];

        public Task EndAsync() => Task.WaitAsync(TimeSpan.FromSeconds(10));
    }
}

/// <summary>Keeps what people would be told.</summary>
internal sealed class NoticeList : INotifier
{
    private readonly ConcurrentQueue<Notice> _notices = new();

    public IReadOnlyList<Notice> All => [.. _notices];

    public void Notify(Notice notice) => _notices.Enqueue(notice);
}

/// <summary>Keeps what is logged, at Trace excluded.</summary>
internal sealed class LogList : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(int Id, LogLevel Level, string Text)> _lines = new();

    public IReadOnlyList<(int Id, LogLevel Level, string Text)> All => [.. _lines];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel > LogLevel.Trace;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        => _lines.Enqueue((eventId.Id, logLevel, formatter(state, exception)));

    public void Dispose()
    {
    }
}
