using Parley.Server.Jobs;
using Parley.Server.Workers;

namespace Parley.Server.Tests.Jobs;

public sealed class JobsModelTests
{
    private static readonly string[] Contents = ["one", "two", "three", "four", "five", "six"];

    /// <summary>
    /// Whatever happens in whatever order: every acknowledged job ends once, with its own recording's transcript, unless it was cancelled, or died twice
    /// with a worker or server.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_acknowledged_job_has_one_end(int seed)
    {
        Random random = new(seed);
        await using JobsHarness harness = new();
        harness.Engine.Slots = 2;
        harness.Options = harness.Options with { Transcription = harness.Options.Transcription with { MaxQueueSize = 8, RetryTimes = 3 } };
        await harness.OpenAsync();
        List<(JobSubmission Job, string Content)> accepted = [];
        HashSet<Guid> cancelled = [];
        List<FakeWork> works = [];
        Dictionary<Guid, JobState> seen = [];
        for (int step = 0; step < 45; step++)
        {
            while (harness.Engine.HasNext)
                works.Add((await harness.Engine.NextAsync()).Start());
            works.RemoveAll(work => work.Token.IsCancellationRequested);
            switch (random.Next(20))
            {
                case < 8:
                    string content = Contents[random.Next(Contents.Length)];
                    JobSubmission job = harness.Submission(content, $"client {random.Next(3)}", random.Next(2), new JobOptions { ForceRefresh = random.Next(2) == 0 });
                    if (await harness.Jobs.SubmitAsync(job, CancellationToken.None) is SubmitOutcome.Accepted or SubmitOutcome.Completed)
                        accepted.Add((job, content));
                    break;
                case < 12 when works.Count > 0:
                    FakeWork done = Take(works, random);
                    done.Complete(FakeTranscripts.Of(File.ReadAllText(done.Order.AudioPath)));
                    break;
                case < 14 when works.Count > 0:
                    Take(works, random).Fail(new WorkerLostException(WorkerLoss.Crashed, "died"));
                    break;
                case < 16 when accepted.Count > 0:
                    Guid id = accepted[random.Next(accepted.Count)].Job.Id;
                    if (await harness.Jobs.CancelAsync(id, CancellationToken.None))
                        cancelled.Add(id);
                    break;
                case 16:
                    await harness.CrashAsync();
                    await harness.OpenAsync();
                    break;
                case 17:
                    Task stopping = harness.Jobs.StopAsync(CancellationToken.None);
                    harness.Clock.Advance(TimeSpan.FromSeconds(10));
                    await stopping;
                    await harness.CrashAsync();
                    await harness.OpenAsync();
                    break;
                default:
                    harness.Clock.Advance(TimeSpan.FromSeconds(3));
                    break;
            }

            foreach ((JobSubmission job, _) in accepted.Where(_ => random.Next(4) == 0))
            {
                JobState state = await harness.StateAsync(job);
                if (seen.TryGetValue(job.Id, out JobState before) && before >= JobState.Completed)
                    state.ShouldBe(before, "Final states are final.");
                seen[job.Id] = state;
            }
        }

        harness.Engine.Answer = work =>
        {
            work.Complete(FakeTranscripts.Of(File.ReadAllText(work.Order.AudioPath)));
            return Task.CompletedTask;
        };
        await Until.TrueAsync(
            () =>
            {
                while (harness.Engine.HasNext)
                    works.Add(harness.Engine.NextAsync().Result);
                foreach (FakeWork work in works.Where(work => File.Exists(work.Order.AudioPath)))
                    work.Complete(FakeTranscripts.Of(File.ReadAllText(work.Order.AudioPath)));
                harness.Clock.Advance(TimeSpan.FromSeconds(1));
                return harness.Jobs.Figures is { Waiting: 0, Running: 0 } && accepted.TrueForAll(item => harness.StateAsync(item.Job).Result >= JobState.Completed);
            },
            "the end of all jobs");

        accepted.Count.ShouldBeGreaterThan(8);
        harness.Engine.MostAtOnce.ShouldBeLessThanOrEqualTo(2);
        foreach ((JobSubmission job, string content) in accepted)
        {
            JobStatus status = (await harness.Jobs.FindAsync(job.Id, CancellationToken.None)).ShouldNotBeNull();
            JobResult? result = await harness.Jobs.ResultAsync(job.Id, CancellationToken.None);
            if (cancelled.Contains(job.Id))
                status.State.ShouldBe(JobState.Cancelled);
            else if (status.State == JobState.Failed)
                status.Fault.ShouldBe(JobFault.Worker);
            else
                status.State.ShouldBe(JobState.Completed);
            (result?.Transcript.Sentences.Single().Text).ShouldBe(status.State == JobState.Completed ? content : null);
            await Until.TrueAsync(() => !File.Exists(job.Audio.Path), "its file is gone");
        }
    }

    private static FakeWork Take(List<FakeWork> works, Random random)
    {
        FakeWork work = works[random.Next(works.Count)];
        works.Remove(work);
        return work;
    }
}
