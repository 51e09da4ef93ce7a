using Parley.Server.Jobs;
using Parley.Server.Storage;

namespace Parley.Server.Tests.Jobs;

public sealed class DurabilityTests
{
    [Fact]
    public async Task Crash_loses_no_job_and_no_order()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission done = await harness.SubmitAsync("done");
        (await harness.Engine.NextAsync()).Complete(FakeTranscripts.Of("done"));
        await harness.EndAsync(done);
        List<JobSubmission> jobs = [];
        for (int number = 0; number < 4; number++)
            jobs.Add(await harness.SubmitAsync($"talk {number}"));
        (await harness.Engine.NextAsync()).Order.JobId.ShouldBe(jobs[0].Id);
        await harness.CrashAsync();

        await harness.OpenAsync();
        (await harness.Jobs.ResultAsync(done.Id, CancellationToken.None))!.Transcript.Sentences[0].Text.ShouldBe("done");
        foreach (JobSubmission job in jobs)
        {
            FakeWork work = await harness.Engine.NextAsync();
            work.Order.JobId.ShouldBe(job.Id);
            work.Complete();
            (await harness.EndAsync(job)).State.ShouldBe(JobState.Completed);
        }
    }

    [Fact]
    public async Task Files_copied_from_a_living_server_hold_every_job_it_has_acknowledged()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission running = await harness.SubmitAsync("running"), waiting = await harness.SubmitAsync("waiting");
        await harness.Engine.NextAsync();
        await using JobsHarness other = new();
        string from = harness.Options.Database.Path, to = other.Options.Database.Path;
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        foreach (string suffix in new[] { "", "-wal" })
            File.Copy(from + suffix, to + suffix);

        await other.OpenAsync();
        (await other.Engine.NextAsync()).Order.JobId.ShouldBe(running.Id);
        (await other.StateAsync(waiting)).ShouldBe(JobState.Pending);
    }

    [Fact]
    public async Task Job_over_which_the_server_died_twice_is_given_up_and_the_others_go_on()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission poison = await harness.SubmitAsync("poison"), other = await harness.SubmitAsync("other");
        for (int life = 0; life < 2; life++)
        {
            (await harness.Engine.NextAsync()).Order.JobId.ShouldBe(poison.Id);
            await harness.CrashAsync();
            await harness.OpenAsync();
        }

        (await harness.Engine.NextAsync()).Order.JobId.ShouldBe(other.Id);
        JobStatus status = (await harness.Jobs.FindAsync(poison.Id, CancellationToken.None)).ShouldNotBeNull();
        (status.State, status.Fault).ShouldBe((JobState.Failed, JobFault.Worker));
        status.Error.ShouldNotBeNull().ShouldContain("2 times");
        await Until.TrueAsync(() => !File.Exists(poison.Audio.Path), "the recording is deleted");
    }

    [Fact]
    public async Task Crash_before_a_worker_was_there_is_no_fault_of_the_job()
    {
        await using JobsHarness harness = new();
        harness.Engine.IsReady = false;
        await harness.OpenAsync();
        JobSubmission job = await harness.SubmitAsync("talk");
        for (int life = 0; life < 4; life++)
        {
            await harness.Engine.NextAsync();
            await harness.CrashAsync();
            await harness.OpenAsync();
        }

        (await harness.Engine.NextAsync()).Start().Complete();
        (await harness.EndAsync(job)).State.ShouldBe(JobState.Completed);
    }

    [Fact]
    public async Task Job_without_its_recording_fails_clearly()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        await harness.SubmitAsync("first");
        JobSubmission job = await harness.SubmitAsync("second");
        FakeWork first = await harness.Engine.NextAsync();
        File.Delete(job.Audio.Path);
        first.Complete();
        JobStatus status = await harness.EndAsync(job);
        (status.State, status.Fault).ShouldBe((JobState.Failed, JobFault.Audio));
        status.Error.ShouldNotBeNull().ShouldContain("Send the file again");
    }

    [Fact]
    public async Task Stop_lets_a_running_job_end_and_takes_no_new_one()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission running = await harness.SubmitAsync("running"), waiting = await harness.SubmitAsync("waiting");
        FakeWork work = await harness.Engine.NextAsync();
        Task stopping = harness.Jobs.StopAsync(CancellationToken.None);
        (await harness.Jobs.SubmitAsync(harness.Submission("new"), CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Refused>().Message.ShouldContain("stopping");
        harness.Jobs.Figures.IsAccepting.ShouldBeFalse();
        work.Complete(FakeTranscripts.Of("in time"));
        await stopping;
        await harness.CrashAsync();

        await harness.OpenAsync();
        (await harness.Jobs.ResultAsync(running.Id, CancellationToken.None))!.Transcript.Sentences[0].Text.ShouldBe("in time");
        (await harness.Engine.NextAsync()).Order.JobId.ShouldBe(waiting.Id);
    }

    [Fact]
    public async Task Stop_puts_back_what_does_not_end_in_time_and_tells_watchers_nothing_false()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission job = await harness.SubmitAsync("long");
        JobsHarness.Watched watched = harness.Watch(job);
        for (int life = 0; life < 3; life++)
        {
            FakeWork work = await harness.Engine.NextAsync();
            work.Start();
            Task stopping = harness.Jobs.StopAsync(CancellationToken.None);
            harness.Clock.Advance(TimeSpan.FromSeconds(6));
            await stopping;
            work.Token.IsCancellationRequested.ShouldBeTrue();
            await harness.CrashAsync();
            await harness.OpenAsync();
        }

        await watched.EndAsync();
        watched.Events.ShouldNotContain(what => what is JobEvent.Ended || what is JobEvent.Completed);
        (await harness.Engine.NextAsync()).Complete();
        (await harness.EndAsync(job)).State.ShouldBe(JobState.Completed, "Stops count for nothing.");
    }

    [Fact]
    public async Task Full_disk_is_an_answer()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission running = await harness.SubmitAsync("running");
        FakeWork work = await harness.Engine.NextAsync();
        await LimitAsync(harness, isFull: true);
        JobSubmission refused = harness.Submission(new string('x', 5000));
        (await harness.Jobs.SubmitAsync(refused, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Refused>().Message.ShouldContain("disk is full");
        File.Exists(refused.Audio.Path).ShouldBeTrue();
        Random random = new(1);
        work.Complete(FakeTranscripts.Of(string.Concat(Enumerable.Range(0, 50_000).Select(_ => (char)random.Next(0x4e00, 0x9fff)))));
        JobStatus status = await harness.EndAsync(running);
        (status.State, status.Fault).ShouldBe((JobState.Failed, JobFault.Internal));

        await LimitAsync(harness, isFull: false);
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);
        (await harness.Jobs.SubmitAsync(refused, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Accepted>();
        await harness.CrashAsync();
        await harness.OpenAsync();
        (await harness.StateAsync(running)).ShouldBe(JobState.Failed);
    }

    /// <summary>SQLite's own limit of pages stands for a disk without room.</summary>
    private static Task LimitAsync(JobsHarness harness, bool isFull) => harness.Jobs.Database.WriteAsync(
        context =>
        {
            var connection = (Microsoft.Data.Sqlite.SqliteConnection)Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.GetDbConnection(context.Database);
            connection.Execute(isFull ? "PRAGMA max_page_count = 1" : "PRAGMA max_page_count = 1073741823");
            return 0;
        },
        CancellationToken.None);
}
