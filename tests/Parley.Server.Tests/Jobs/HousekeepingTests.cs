using Parley.Server.Jobs;

namespace Parley.Server.Tests.Jobs;

public sealed class HousekeepingTests
{
    [Fact]
    public async Task Ended_jobs_are_forgotten_by_age_and_number_and_remembered_as_evicted()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync(options => options with { TaskRetentionTtlSeconds = 100, TaskMaxRetained = 2 });
        harness.Engine.Answer = work =>
        {
            work.Complete();
            return Task.CompletedTask;
        };
        List<JobSubmission> jobs = [];
        for (int number = 0; number < 4; number++)
        {
            jobs.Add(await harness.SubmitAsync($"talk {number}"));
            await harness.EndAsync(jobs[^1]);
            harness.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        harness.Engine.Answer = null;
        JobSubmission unfinished = await harness.SubmitAsync("unfinished");
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);
        jobs.Select(job => harness.Jobs.WasEvicted(job.Id)).ShouldBe([true, true, false, false]);
        (await harness.Jobs.FindAsync(jobs[0].Id, CancellationToken.None)).ShouldBeNull();
        harness.Jobs.Figures.Known.ShouldBe(3);

        harness.Clock.Advance(TimeSpan.FromSeconds(200));
        await Until.TrueAsync(() => harness.Jobs.WasEvicted(jobs[3].Id), "housekeeping goes on by itself");
        (await harness.StateAsync(unfinished)).ShouldBe(JobState.Processing);
        (await harness.Jobs.FindResultAsync(Guid.NewGuid(), "x", jobs[0].Audio.Md5, new JobOptions(), CancellationToken.None)).ShouldNotBeNull("The cache outlives the jobs.");

        await harness.CrashAsync();
        await harness.OpenAsync();
        jobs.ShouldAllBe(job => harness.Jobs.WasEvicted(job.Id));
        harness.Jobs.WasEvicted(Guid.NewGuid()).ShouldBeFalse();
    }

    [Fact]
    public async Task Recordings_that_a_crash_left_without_a_live_job_are_gone_after_the_next_start()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission live = await harness.SubmitAsync("live");
        string stray = Path.Combine(harness.Uploads, $"{Guid.NewGuid():D}.wav"), foreign = Path.Combine(harness.Uploads, "notes.txt");
        foreach (string path in new[] { stray, foreign, live.Audio.Path })
        {
            File.AppendAllText(path, "x");
            File.SetLastWriteTimeUtc(path, harness.Clock.GetUtcNow().UtcDateTime);
        }

        await harness.CrashAsync();
        await harness.OpenAsync();

        (File.Exists(stray), File.Exists(foreign), File.Exists(live.Audio.Path)).ShouldBe((false, true, true));
    }

    [Fact]
    public async Task Files_that_nobody_needs_are_swept_after_their_grace()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync(options => options with { OrphanFileGraceSeconds = 100 });
        JobSubmission live = await harness.SubmitAsync("live");
        await harness.Engine.NextAsync();
        string orphan = Path.Combine(harness.Uploads, "orphan.wav"), fresh = Path.Combine(harness.Uploads, "fresh.wav"), outside = Path.Combine(harness.Folder, "outside.wav");
        DateTime now = harness.Clock.GetUtcNow().UtcDateTime;
        foreach (string path in new[] { orphan, fresh, outside })
            File.WriteAllText(path, "x");
        string link = Path.Combine(harness.Uploads, "link.wav");
        File.CreateSymbolicLink(link, outside);
        foreach (string path in new[] { orphan, live.Audio.Path, outside })
            File.SetLastWriteTimeUtc(path, now - TimeSpan.FromSeconds(101));
        File.SetLastWriteTimeUtc(fresh, now - TimeSpan.FromSeconds(50));
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);

        (File.Exists(orphan), File.Exists(fresh), File.Exists(live.Audio.Path), File.Exists(outside)).ShouldBe((false, true, true, true));
    }

    [Fact]
    public async Task Files_are_kept_when_they_shall_be()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync(options => options with { DeleteAfterTranscription = false });
        JobSubmission job = await harness.SubmitAsync("talk");
        (await harness.Engine.NextAsync()).Complete();
        await harness.EndAsync(job);
        File.SetLastWriteTimeUtc(job.Audio.Path, DateTime.UnixEpoch);
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);
        File.Exists(job.Audio.Path).ShouldBeTrue();
    }

    [Fact]
    public async Task Clock_that_jumps_neither_ends_nor_delays_a_running_job()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission job = await harness.SubmitAsync("talk");
        FakeWork work = await harness.Engine.NextAsync();
        work.Start(TimeSpan.FromSeconds(20));
        harness.Clock.Jump(TimeSpan.FromDays(-400));
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);
        harness.Clock.Jump(TimeSpan.FromDays(800));
        harness.Clock.Advance(TimeSpan.FromSeconds(7));
        work.Token.IsCancellationRequested.ShouldBeFalse();
        work.Complete();
        await harness.EndAsync(job);
        (await harness.Jobs.ResultAsync(job.Id, CancellationToken.None))!.ProcessingSeconds.ShouldBe(7);
    }

    [Fact]
    public async Task Slow_job_is_reported()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        for (int number = 0; number < 6; number++)
        {
            JobSubmission job = await harness.SubmitAsync($"talk {number}");
            FakeWork work = await harness.Engine.NextAsync();
            work.Start(TimeSpan.FromSeconds(100));
            harness.Clock.Advance(TimeSpan.FromSeconds(number == 5 ? 50 : 10));
            work.Complete(FakeTranscripts.Of("said", seconds: 100));
            await harness.EndAsync(job);
        }

        var slow = harness.Notices.All.OfType<Parley.Server.Notifications.Notice.SlowJob>().Single();
        (slow.Rtf, slow.UsualRtf).ShouldBe((0.5, 0.1));
        harness.Jobs.Figures.SecondsPerJob.ShouldBe(10 + (0.3 * 40), 0.001);
    }
}
