using Parley.Audio;
using Parley.Server.Jobs;
using Parley.Speakers;

namespace Parley.Server.Tests.Jobs;

public sealed class TwinTests
{
    [Fact]
    public async Task Same_recording_runs_once_for_all_who_wait_and_all_who_come()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        await harness.SubmitAsync("other");
        FakeWork other = await harness.Engine.NextAsync();
        JobSubmission leader = await harness.SubmitAsync("talk"), queued = await harness.SubmitAsync("talk", "berta");
        JobSubmission wish = await harness.SubmitAsync("talk", options: new JobOptions { Speakers = new SpeakerCount(Exact: 3) });
        other.Complete();
        FakeWork work = await harness.Engine.NextAsync();
        JobSubmission late = await harness.SubmitAsync("talk", "carla", options: new JobOptions { Format = ResultFormat.Srt, Diarize = false });
        JobsHarness.Watched watched = harness.Watch(late);
        (await harness.StateAsync(queued)).ShouldBe(JobState.Processing);
        (await harness.StateAsync(wish)).ShouldBe(JobState.Pending);
        work.Start(TimeSpan.FromSeconds(20)).Complete(FakeTranscripts.Of("once"));
        await watched.EndAsync();

        harness.Logs.All.Single(line => line.Id == 6102).Text.ShouldEndWith("other jobs that wait for it: 2");
        foreach (JobSubmission job in new[] { leader, queued, late })
        {
            (await harness.EndAsync(job)).State.ShouldBe(JobState.Completed);
            JobResult result = (await harness.Jobs.ResultAsync(job.Id, CancellationToken.None)).ShouldNotBeNull();
            (result.JobId, result.Options).ShouldBe((job.Id, job.Options));
            result.Transcript.Sentences.Single().Text.ShouldBe("once");
            await Until.TrueAsync(() => !File.Exists(job.Audio.Path), "the recording is deleted");
        }

        (await harness.Engine.NextAsync()).Order.JobId.ShouldBe(wish.Id);
        harness.Engine.Orders.ShouldBe(3);
    }

    [Fact]
    public async Task Work_goes_on_while_anybody_wants_it_and_stops_when_nobody_does()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission leader = await harness.SubmitAsync("talk"), follower = await harness.SubmitAsync("talk", "berta");
        FakeWork work = await harness.Engine.NextAsync();
        (await harness.Jobs.CancelAsync(leader.Id, CancellationToken.None)).ShouldBeTrue();
        work.Token.IsCancellationRequested.ShouldBeFalse();
        File.Exists(leader.Audio.Path).ShouldBeTrue("The engine may still read it.");
        (await harness.StateAsync(follower)).ShouldBe(JobState.Processing);

        (await harness.Jobs.CancelAsync(follower.Id, CancellationToken.None)).ShouldBeTrue();
        work.Token.IsCancellationRequested.ShouldBeTrue();
        await Until.TrueAsync(() => !File.Exists(leader.Audio.Path) && !File.Exists(follower.Audio.Path), "both files are gone");

        // A new twin does not join work that is being stopped.
        JobSubmission again = await harness.SubmitAsync("talk");
        (await harness.Engine.NextAsync()).Complete();
        (await harness.EndAsync(again)).State.ShouldBe(JobState.Completed);
    }

    [Fact]
    public async Task Follower_outlives_its_cancelled_leader()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission leader = await harness.SubmitAsync("talk"), follower = await harness.SubmitAsync("talk");
        FakeWork work = await harness.Engine.NextAsync();
        await harness.Jobs.CancelAsync(leader.Id, CancellationToken.None);
        work.Complete();
        (await harness.EndAsync(follower)).State.ShouldBe(JobState.Completed);
        (await harness.StateAsync(leader)).ShouldBe(JobState.Cancelled);
    }

    [Fact]
    public async Task Bad_recording_fails_all_its_twins()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission first = await harness.SubmitAsync("noise"), second = await harness.SubmitAsync("noise");
        (await harness.Engine.NextAsync()).Fail(new AudioDecodeException(AudioFault.Empty, "empty"));
        (await harness.EndAsync(first)).State.ShouldBe(JobState.Failed);
        (await harness.EndAsync(second)).State.ShouldBe(JobState.Failed);
        harness.Engine.Orders.ShouldBe(1);
    }

    [Fact]
    public async Task Forged_md5_does_not_get_another_recordings_transcript()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission victim = await harness.SubmitAsync("victim's talk");
        FakeWork work = await harness.Engine.NextAsync();

        // Two files with one MD5, as two of equal length can be made.
        JobSubmission forger = harness.Submission("forger's talk", "mallory");
        forger = forger with { Audio = forger.Audio with { Md5 = victim.Audio.Md5 } };
        await harness.Jobs.SubmitAsync(forger, CancellationToken.None);
        work.Complete(FakeTranscripts.Of("secret"));
        await harness.EndAsync(victim);
        (await harness.Jobs.FindResultAsync(Guid.NewGuid(), "x", victim.Audio.Md5, new JobOptions(), CancellationToken.None)).ShouldNotBeNull();

        (await harness.Engine.NextAsync()).Complete(FakeTranscripts.Of("forged"));
        await harness.EndAsync(forger);
        (await harness.Jobs.ResultAsync(forger.Id, CancellationToken.None))!.Transcript.Sentences.Single().Text.ShouldBe("forged");

        // From now on the MD5 alone says nothing; the recording itself does.
        (await harness.Jobs.FindResultAsync(Guid.NewGuid(), "x", victim.Audio.Md5, new JobOptions(), CancellationToken.None)).ShouldBeNull();
        SubmitOutcome again = await harness.Jobs.SubmitAsync(harness.Submission("victim's talk"), CancellationToken.None);
        again.ShouldBeOfType<SubmitOutcome.Completed>().Result.Transcript.Sentences.Single().Text.ShouldBe("secret");
        harness.Logs.All.ShouldContain(line => line.Id == 6120);
    }
}
