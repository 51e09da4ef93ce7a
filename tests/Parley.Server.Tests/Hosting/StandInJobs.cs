using Parley.Server.Hosting;
using Parley.Server.Jobs;
using Parley.Speakers;

namespace Parley.Server.Tests.Hosting;

/// <summary>Stands in for the jobs: figures as the test sets them, nothing else.</summary>
internal sealed class StandInJobs : IJobs
{
    public JobFigures Figures { get; set; } = new() { MaxWaiting = 10 };

    public IReadOnlyList<ComputedJob> Computed { get; set; } = [];

    public bool IsStopped { get; private set; }

    public JobsRoom Room => new()
    {
        Jobs = this,
        StartAsync = static _ => Task.CompletedTask,
        StopAsync = _ =>
        {
            IsStopped = true;
            return Task.CompletedTask;
        },
        DisposeAsync = static () => ValueTask.CompletedTask,
    };

    public Task<JobResult?> FindResultAsync(Guid jobId, string fileName, string md5, JobOptions options, CancellationToken cancellationToken) => Task.FromResult<JobResult?>(null);

    public Task<SubmitOutcome> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken) => Task.FromResult<SubmitOutcome>(new SubmitOutcome.Refused("a stand-in"));

    public SubmitOutcome? WouldRefuse(JobClient client) => null;

    public Task<JobStatus?> FindAsync(Guid id, CancellationToken cancellationToken) => Task.FromResult<JobStatus?>(null);

    public Task<JobResult?> ResultAsync(Guid id, CancellationToken cancellationToken) => Task.FromResult<JobResult?>(null);

    public IJobTranscripts Transcripts => throw new NotSupportedException();

    public IRecordings Recordings => throw new NotSupportedException();

    public Task<RegroupOutcome> RegroupAsync(Guid id, SpeakerCount speakers, JobClient client, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IReadOnlyList<ComputedJob> History(int count) => Computed;

    public bool WasEvicted(Guid id) => false;

    public Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken) => Task.FromResult(new JobPage([], Next: null));

    public Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken) => Task.FromResult(false);

    public IAsyncEnumerable<JobEvent> WatchAsync(Guid id, CancellationToken cancellationToken) => AsyncEnumerable.Empty<JobEvent>();
}
