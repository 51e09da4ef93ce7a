using Parley.Server.Jobs;

namespace Parley.Server.Tests.Jobs;

public sealed class KeptRecordingTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task Recording_that_is_to_stay_outlives_its_job_a_crash_and_sweeps_until_its_hours_have_passed()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission job = await SubmitAsync(harness, "talk");
        (await harness.Engine.NextAsync()).Complete();
        (await harness.EndAsync(job)).HasRecording.ShouldBeTrue();
        Age(harness, job);

        await harness.CrashAsync();
        await harness.OpenAsync();
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);
        File.Exists(job.Audio.Path).ShouldBeTrue();

        harness.Clock.Jump((71 * Hour) + TimeSpan.FromMinutes(59));
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);
        JobStatus late = (await harness.Jobs.FindAsync(job.Id, CancellationToken.None)).ShouldNotBeNull("A job that people work with is known as long as its recording stays.");
        (late.KeepRecording, late.HasRecording).ShouldBe((true, true));

        harness.Clock.Jump(Hour);
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);
        RecordingFiles.All(job.Audio.Path).ShouldAllBe(path => !File.Exists(path));
        harness.Jobs.WasEvicted(job.Id).ShouldBeTrue();
    }

    [Fact]
    public async Task Job_served_from_the_cache_or_failed_keeps_its_recording_too_and_others_do_not()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission failed = await SubmitAsync(harness, "bad"), first = await harness.SubmitAsync("talk");
        (await harness.Engine.NextAsync()).Fail(new Parley.Audio.AudioDecodeException(Parley.Audio.AudioFault.NotMedia, "No recording."));
        (await harness.Engine.NextAsync()).Complete();
        await harness.EndAsync(first);
        JobSubmission again = harness.Submission("talk") with { KeepRecording = true };
        (await harness.Jobs.SubmitAsync(again, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Completed>();

        (await harness.EndAsync(failed)).HasRecording.ShouldBeTrue();
        JobStatus served = await harness.EndAsync(again);
        (served.IsCached, served.HasRecording, served.Length).ShouldBe((true, true, 4));
        await Until.TrueAsync(() => !File.Exists(first.Audio.Path), "the recording of a job that keeps nothing is gone");
    }

    [Fact]
    public async Task Without_an_hour_limit_a_recording_stays_as_long_as_its_job_is_known()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        harness.Options = harness.Options with { Server = harness.Options.Server with { KeepRecordingsHours = 0 } };
        JobSubmission job = await SubmitAsync(harness, "talk");
        (await harness.Engine.NextAsync()).Complete();
        await harness.EndAsync(job);
        Age(harness, job);
        harness.Clock.Jump(5000 * Hour);
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);
        File.Exists(job.Audio.Path).ShouldBeTrue();

        harness.Options = harness.Options with { Transcription = harness.Options.Transcription with { TaskMaxRetained = 0 } };
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);
        harness.Jobs.WasEvicted(job.Id).ShouldBeTrue();
        await Until.TrueAsync(() => !File.Exists(job.Audio.Path), "the recording is deleted");
    }

    private static async Task<JobSubmission> SubmitAsync(JobsHarness harness, string content)
    {
        JobSubmission job = harness.Submission(content) with { KeepRecording = true };
        (await harness.Jobs.SubmitAsync(job, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Accepted>();
        return job;
    }

    // What lies beside a recording goes with it; nobody has touched any of it for long.
    private static void Age(JobsHarness harness, JobSubmission job)
    {
        foreach (string path in RecordingFiles.All(job.Audio.Path))
        {
            File.AppendAllText(path, "x");
            File.SetLastWriteTimeUtc(path, harness.Clock.GetUtcNow().UtcDateTime - TimeSpan.FromDays(1));
        }
    }
}
