using Microsoft.Extensions.Logging;
using Parley.Audio;
using Parley.Server.Jobs;
using Parley.Server.Notifications;
using Parley.Server.Workers;

namespace Parley.Server.Tests.Jobs;

public sealed class RunTests
{
    [Fact]
    public async Task Job_is_accepted_run_and_read()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission job = harness.Submission("talk");
        SubmitOutcome.Accepted accepted = (await harness.Jobs.SubmitAsync(job, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Accepted>();
        accepted.Place.Position.ShouldBe(1);
        accepted.IsWaiting.ShouldBeFalse();
        JobsHarness.Watched watched = harness.Watch(job);

        FakeWork work = await harness.Engine.NextAsync();
        work.Order.AudioPath.ShouldBe(job.Audio.Path);
        (await harness.StateAsync(job)).ShouldBe(JobState.Processing);
        work.Start(TimeSpan.FromSeconds(20)).Complete(FakeTranscripts.Of("what was said"));
        await watched.EndAsync();

        JobResult result = (await harness.Jobs.ResultAsync(job.Id, CancellationToken.None)).ShouldNotBeNull();
        result.Transcript.Sentences.Single().Text.ShouldBe("what was said");
        result.FileName.ShouldBe("talk.wav");
        watched.Percents.ShouldBe([0, 10, 90, 100], $"{string.Join(", ", watched.Events)}");
        watched.Events.Last().ShouldBeOfType<JobEvent.Completed>().Result.Transcript.Sentences.Single().Text.ShouldBe("what was said");
        await Until.TrueAsync(() => !File.Exists(job.Audio.Path), "the recording is deleted");
        harness.Notices.All.Single().ShouldBeOfType<Notice.JobCompleted>().Segments.ShouldBe(1);
        JobFigures figures = harness.Jobs.Figures;
        (figures.Ended[JobState.Completed], figures.Known, figures.Running, figures.CacheEntries).ShouldBe((1, 1, 0, 1));
        harness.Logs.All.Where(line => line.Level == LogLevel.Information && line.Id is 6102 or 6104).Count().ShouldBe(2);
        harness.Logs.All.Single(line => line.Id == 6102).Text.ShouldEndWith("other jobs that wait for it: 0");
        harness.Logs.All.ShouldAllBe(line => !line.Text.Contains("talk") && !line.Text.Contains("what was said"));
    }

    [Fact]
    public async Task Submitted_twice_runs_once()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission job = await harness.SubmitAsync("talk");
        (await harness.Jobs.SubmitAsync(job, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Duplicate>().Status.State.ShouldBe(JobState.Processing);
        (await harness.Engine.NextAsync()).Complete();
        await harness.EndAsync(job);
        (await harness.Jobs.SubmitAsync(job, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Duplicate>().Status.State.ShouldBe(JobState.Completed);
        harness.Engine.Orders.ShouldBe(1);
    }

    [Fact]
    public async Task Engine_gets_no_more_jobs_than_it_has_slots()
    {
        await using JobsHarness harness = new();
        harness.Engine.Slots = 3;
        harness.Engine.Answer = async work =>
        {
            work.Start();
            await Task.Yield();
            work.Complete();
        };
        await harness.OpenAsync();
        JobSubmission[] jobs = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(() => harness.SubmitAsync($"talk {number}"))));
        foreach (JobSubmission job in jobs)
            (await harness.EndAsync(job)).State.ShouldBe(JobState.Completed);
        harness.Engine.MostAtOnce.ShouldBeLessThanOrEqualTo(3);
        harness.Engine.Orders.ShouldBe(16);
    }

    [Fact]
    public async Task Progress_is_estimated_until_the_engine_knows_and_never_falls()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission job = await harness.SubmitAsync("talk");
        JobsHarness.Watched watched = harness.Watch(job);
        FakeWork work = await harness.Engine.NextAsync();
        TimeSpan length = TimeSpan.FromSeconds(600); // expected to take 60 s: an estimate every 3 s
        work.Start(length);
        for (int step = 0; step < 12; step++)
            harness.Clock.Advance(TimeSpan.FromSeconds(3));
        await Until.TrueAsync(() => watched.Percents is [.., >= 50], "estimates");
        work.Report(length * 0.25, length);
        work.Report(length * 0.9, length);
        harness.Clock.Advance(TimeSpan.FromSeconds(30));
        work.Complete();
        await watched.EndAsync();

        watched.Percents.ShouldBeInOrder();
        watched.Percents.ShouldContain(18);
        watched.Percents.ShouldContain(81);
        watched.Percents.Count(percent => percent == 81).ShouldBe(2, "It is repeated at most 30 s apart.");
    }

    [Fact]
    public async Task Broken_recording_fails_at_once_and_says_why()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission job = await harness.SubmitAsync("noise");
        JobsHarness.Watched watched = harness.Watch(job);
        (await harness.Engine.NextAsync()).Fail(new AudioDecodeException(AudioFault.NotMedia, "noise.wav is no audio"));
        await watched.EndAsync();

        JobStatus status = watched.Events.Last().ShouldBeOfType<JobEvent.Ended>().Status;
        (status.State, status.Fault, status.Error).ShouldBe((JobState.Failed, JobFault.Audio, "noise.wav is no audio"));
        harness.Engine.Orders.ShouldBe(1);
        harness.Notices.All.Single().ShouldBeOfType<Notice.JobFailed>().Retries.ShouldBe(0);
        harness.Jobs.Figures.Errors["non_retryable_input"].ShouldBe(1);
    }

    [Fact]
    public async Task Model_failure_is_tried_again_after_a_pause()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync(options => options with { RetryTimes = 2, MaxQueueSize = 1 });
        JobSubmission job = await harness.SubmitAsync("talk");
        (await harness.Engine.NextAsync()).Fail(Failure());
        await Until.TrueAsync(() => harness.Logs.All.Any(line => line.Id == 6106), "the pause");

        // The pause blocks no slot, and a full queue does not matter to a retry.
        JobSubmission other = await harness.SubmitAsync("other");
        FakeWork otherWork = await harness.Engine.NextAsync();
        otherWork.Order.JobId.ShouldBe(other.Id);
        JobSubmission third = await harness.SubmitAsync("third");
        harness.Clock.Advance(TimeSpan.FromSeconds(3));
        otherWork.Complete();
        FakeWork retry = await harness.Engine.NextAsync();
        retry.Order.JobId.ShouldBe(job.Id);
        retry.Complete();
        (await harness.EndAsync(job)).State.ShouldBe(JobState.Completed);
        (await harness.Engine.NextAsync()).Complete();
        await harness.EndAsync(third);
        harness.Jobs.Figures.Errors["model_error"].ShouldBe(1);
    }

    [Fact]
    public async Task Job_that_kills_two_workers_is_given_up()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync(options => options with { RetryTimes = 5 });
        JobSubmission job = await harness.SubmitAsync("poison");
        (await harness.Engine.NextAsync()).Fail(new WorkerLostException(WorkerLoss.Crashed, "worker 1 died"));
        FakeWork second = await harness.NextAfterPauseAsync(() => harness.Logs.All.Any(line => line.Id == 6106));
        second.Fail(new WorkerLostException(WorkerLoss.OutOfMemory, "worker 2 grew"));

        JobStatus status = await harness.EndAsync(job);
        (status.State, status.Fault).ShouldBe((JobState.Failed, JobFault.Worker));
        status.Error.ShouldNotBeNull().ShouldContain("2 times");
        harness.Engine.Orders.ShouldBe(2);
        harness.Jobs.Figures.Errors["engine_error"].ShouldBe(2);
    }

    [Fact]
    public async Task Attempts_end_after_the_configured_number()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync(options => options with { RetryTimes = 1 });
        JobSubmission job = await harness.SubmitAsync("talk");
        (await harness.Engine.NextAsync()).Fail(Failure());
        (await harness.NextAfterPauseAsync(() => harness.Logs.All.Any(line => line.Id == 6106))).Fail(Failure());
        (await harness.EndAsync(job)).Fault.ShouldBe(JobFault.Model);
        harness.Notices.All.Single().ShouldBeOfType<Notice.JobFailed>().Retries.ShouldBe(1);
    }

    [Fact]
    public async Task Job_that_runs_too_long_times_out_and_its_worker_is_stopped()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission job = await harness.SubmitAsync("talk");
        JobsHarness.Watched watched = harness.Watch(job);
        FakeWork work = await harness.Engine.NextAsync();
        work.IsStubborn = true;
        work.Start(TimeSpan.FromSeconds(2000)); // 300 + 0.3 x 2000 = 900 s
        harness.Clock.Advance(TimeSpan.FromSeconds(895));
        work.Token.IsCancellationRequested.ShouldBeFalse();
        harness.Clock.Advance(TimeSpan.FromSeconds(10));
        await watched.EndAsync();

        JobStatus status = watched.Events.Last().ShouldBeOfType<JobEvent.Ended>().Status;
        (status.State, status.Fault).ShouldBe((JobState.TimedOut, JobFault.Timeout));
        work.Token.IsCancellationRequested.ShouldBeTrue();
        JobSubmission next = await harness.SubmitAsync("next");
        harness.Engine.HasNext.ShouldBeFalse("The slot is taken until the engine lets go.");
        work.Complete();
        (await harness.Engine.NextAsync()).Order.JobId.ShouldBe(next.Id);
        (await harness.StateAsync(job)).ShouldBe(JobState.TimedOut);
        harness.Jobs.Figures.Errors["timeout"].ShouldBe(1);
    }

    [Fact]
    public async Task Cancelled_jobs_stay_cancelled_and_free_their_slot()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission running = await harness.SubmitAsync("running"), queued = await harness.SubmitAsync("queued"), last = await harness.SubmitAsync("last");
        FakeWork work = await harness.Engine.NextAsync();
        (await harness.Jobs.CancelAsync(queued.Id, CancellationToken.None)).ShouldBeTrue();
        (await harness.Jobs.CancelAsync(running.Id, CancellationToken.None)).ShouldBeTrue();
        work.Token.IsCancellationRequested.ShouldBeTrue();

        (await harness.Engine.NextAsync()).Order.JobId.ShouldBe(last.Id);
        (await harness.StateAsync(running)).ShouldBe(JobState.Cancelled);
        (await harness.StateAsync(queued)).ShouldBe(JobState.Cancelled);
        (await harness.Jobs.CancelAsync(running.Id, CancellationToken.None)).ShouldBeFalse();
        (await harness.Jobs.CancelAsync(Guid.NewGuid(), CancellationToken.None)).ShouldBeFalse();
        await Until.TrueAsync(() => !File.Exists(running.Audio.Path) && !File.Exists(queued.Audio.Path), "the files are gone");
        harness.Notices.All.ShouldBeEmpty();
    }

    private static Inference.InferenceException Failure() => new(Inference.InferenceFault.RunFailed, "asr", "cpu", "the model run failed");
}
