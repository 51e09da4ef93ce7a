using Microsoft.Data.Sqlite;
using Parley.Server.Jobs;
using Parley.Server.Workers;
using Parley.Speakers;

namespace Parley.Server.Tests.Jobs;

public sealed class CacheTests
{
    private static readonly JobOptions Plain = new();

    [Fact]
    public async Task Kept_result_answers_every_format_at_request_and_at_submission()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission first = await RunAsync(harness, "talk", "once");
        Guid asking = Guid.NewGuid();
        JobOptions srt = new() { Format = ResultFormat.Srt, Diarize = false };
        JobResult found = (await harness.Jobs.FindResultAsync(asking, "mine.mp3", first.Audio.Md5.ToUpperInvariant(), srt, CancellationToken.None)).ShouldNotBeNull();
        (found.JobId, found.FileName, found.Options).ShouldBe((asking, "mine.mp3", srt));
        found.Transcript.Speakers.ShouldBe(["Speaker1"], "Rendering takes the labels away.");

        JobSubmission second = harness.Submission("talk", "berta", options: srt);
        SubmitOutcome.Completed hit = (await harness.Jobs.SubmitAsync(second, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Completed>();
        hit.Result.JobId.ShouldBe(second.Id);
        (await harness.StateAsync(second)).ShouldBe(JobState.Completed);
        JobsHarness.Watched watched = harness.Watch(second);
        await watched.EndAsync();
        watched.Events.Single().ShouldBeOfType<JobEvent.Completed>();
        await Until.TrueAsync(() => !File.Exists(second.Audio.Path), "the recording is deleted");
        JobFigures figures = harness.Jobs.Figures;
        (harness.Engine.Orders, figures.CacheHits, figures.CacheMisses, figures.ProjectedServes, figures.Ended[JobState.Completed]).ShouldBe((1, 2, 1, 2, 2));
        harness.Notices.All.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Refresh_is_computed_and_replaces_what_was_kept()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission old = await RunAsync(harness, "talk", "old");
        JobOptions refresh = new() { ForceRefresh = true };
        (await harness.Jobs.FindResultAsync(Guid.NewGuid(), "x", old.Audio.Md5, refresh, CancellationToken.None)).ShouldBeNull();
        await RunAsync(harness, "talk", "new", refresh, order => order.AnalysisPath.ShouldBeNull());
        (await harness.Jobs.FindResultAsync(Guid.NewGuid(), "x", old.Audio.Md5, Plain, CancellationToken.None))!.Transcript.Sentences[0].Text.ShouldBe("new");
        (await harness.Jobs.ResultAsync(old.Id, CancellationToken.None))!.Transcript.Sentences[0].Text.ShouldBe("old", "A job keeps its result.");
        harness.Jobs.Figures.CacheEntries.ShouldBe(1);
    }

    [Fact]
    public async Task Disabled_cache_neither_reads_nor_writes()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync(options => options with { CacheEnabled = false });
        JobSubmission job = await RunAsync(harness, "talk", "first", check: order => order.SaveAnalysisTo.ShouldBeNull());
        await RunAsync(harness, "talk", "second");
        harness.Jobs.Figures.CacheEntries.ShouldBe(0);
        (await harness.Jobs.ResultAsync(job.Id, CancellationToken.None))!.Transcript.Sentences[0].Text.ShouldBe("first");
        harness.Options = harness.Options with { Transcription = harness.Options.Transcription with { CacheEnabled = true } };
        (await harness.Jobs.FindResultAsync(Guid.NewGuid(), "x", job.Audio.Md5, Plain, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Other_models_make_their_own_results()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        await RunAsync(harness, "talk", "small model");
        harness.Engine.ModelIdentity = "large";
        await RunAsync(harness, "talk", "large model", check: order => order.AnalysisPath.ShouldBeNull());
        harness.Jobs.Figures.CacheEntries.ShouldBe(2);
    }

    [Fact]
    public async Task Each_bundle_has_results_of_its_own_and_models_that_change_meanwhile_keep_theirs()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        harness.Engine.Identities["office"] = "office-1";
        JobOptions office = new() { Bundle = "office" };
        await RunAsync(harness, "talk", "small model");
        await RunAsync(harness, "talk", "office model", office, order => (order.Bundle, order.AnalysisPath).ShouldBe(("office", null)));
        harness.Jobs.Figures.CacheEntries.ShouldBe(2);

        // The bundle changes while a job runs: it ends with the models that it began with.
        JobSubmission job = harness.Submission("another talk", options: office);
        await harness.Jobs.SubmitAsync(job, CancellationToken.None);
        FakeWork work = await harness.Engine.NextAsync();
        work.Model = "office-1";
        work.Start();
        harness.Engine.Identities["office"] = "office-2";
        work.Complete();
        await Until.TrueAsync(async () => await harness.Jobs.FindAsync(job.Id, CancellationToken.None) is { State: JobState.Completed }, () => "The job never ended.");

        (await harness.Jobs.FindResultAsync(Guid.NewGuid(), "x", job.Audio.Md5, office, CancellationToken.None)).ShouldBeNull();
        harness.Engine.Identities["office"] = "office-1";
        (await harness.Jobs.FindResultAsync(Guid.NewGuid(), "x", job.Audio.Md5, office, CancellationToken.None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Another_number_of_speakers_groups_anew_without_recognising()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        string? saved = null;
        await RunAsync(harness, "talk", "first", check: order => saved = order.SaveAnalysisTo);
        saved.ShouldNotBeNull();
        await RunAsync(harness, "talk", "two speakers", new JobOptions { Speakers = new SpeakerCount(Exact: 2) }, order =>
        {
            order.AnalysisPath.ShouldBe(saved);
            order.SaveAnalysisTo.ShouldBeNull();
            order.Speakers.Exact.ShouldBe(2);
        });
        File.Exists(saved).ShouldBeTrue();

        // The recording itself is not needed for that.
        JobSubmission gone = harness.Submission("talk", options: new JobOptions { Speakers = new SpeakerCount(Min: 2, Max: 4) });
        gone = gone with { Audio = gone.Audio with { Sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("talk"u8)) } };
        File.Delete(gone.Audio.Path);
        await harness.Jobs.SubmitAsync(gone, CancellationToken.None);
        (await harness.Engine.NextAsync()).Complete();
        (await harness.EndAsync(gone)).State.ShouldBe(JobState.Completed);
    }

    [Fact]
    public async Task Broken_analysis_is_dropped_and_the_recording_read_anew()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        await RunAsync(harness, "talk", "first");
        JobSubmission job = await harness.SubmitAsync("talk", options: new JobOptions { Speakers = new SpeakerCount(Exact: 2) });
        FakeWork regroup = await harness.Engine.NextAsync();
        string broken = regroup.Order.AnalysisPath.ShouldNotBeNull();
        regroup.Fail(new InvalidDataException("the checksum differs"));
        FakeWork whole = await harness.Engine.NextAsync();
        whole.Order.AnalysisPath.ShouldBeNull();
        File.Exists(broken).ShouldBeFalse();
        whole.Complete();
        (await harness.EndAsync(job)).State.ShouldBe(JobState.Completed);
        harness.Logs.All.ShouldContain(line => line.Id == 6112);
    }

    [Fact]
    public async Task Broken_result_counts_as_a_miss()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission job = await RunAsync(harness, "talk", "first");
        await harness.StopAsync();
        using (SqliteConnection database = new($"Data Source={harness.Options.Database.Path};Pooling=False"))
        {
            database.Open();
            using SqliteCommand command = database.CreateCommand();
            command.CommandText = "UPDATE Results SET Transcript = zeroblob(40)";
            command.ExecuteNonQuery().ShouldBe(1);
        }

        await harness.OpenAsync();
        (await harness.Jobs.ResultAsync(job.Id, CancellationToken.None)).ShouldBeNull();
        (await harness.Jobs.FindResultAsync(Guid.NewGuid(), "x", job.Audio.Md5, Plain, CancellationToken.None)).ShouldBeNull();
        JobsHarness.Watched watched = harness.Watch(job);
        await watched.EndAsync();
        watched.Events.Single().ShouldBeOfType<JobEvent.Ended>();
        await RunAsync(harness, "talk", "again");
        harness.Logs.All.ShouldContain(line => line.Id == 6005);
    }

    [Fact]
    public async Task Cache_forgets_by_age_number_and_size()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        harness.Options = harness.Options with { Database = harness.Options.Database with { MaxCacheCount = 2, MaxCacheDays = 30 } };
        for (int number = 0; number < 3; number++)
        {
            await RunAsync(harness, $"talk {number}", "said");
            harness.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        // Reading the oldest makes the second the least recently used one.
        (await FindAsync(harness, "talk 0")).ShouldBeTrue();
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);
        (await FindAsync(harness, "talk 0"), await FindAsync(harness, "talk 1"), await FindAsync(harness, "talk 2")).ShouldBe((true, false, true));

        harness.Options = harness.Options with { Database = harness.Options.Database with { MaxCacheMb = 1 } };
        JobSubmission large = await harness.SubmitAsync("large");
        FakeWork work = await harness.Engine.NextAsync();
        Random random = new(1);
        work.Complete(FakeTranscripts.Of(string.Concat(Enumerable.Range(0, 400_000).Select(_ => (char)random.Next(0x4e00, 0x9fff)))));
        await harness.EndAsync(large);
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);
        harness.Jobs.Figures.CacheBytes.ShouldBeLessThanOrEqualTo(1 << 20);
        (await FindAsync(harness, "talk 0")).ShouldBeFalse();

        await RunAsync(harness, "young", "said");
        harness.Clock.Jump(TimeSpan.FromDays(31));
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);
        (await FindAsync(harness, "young")).ShouldBeFalse();
        harness.Jobs.Figures.CacheEntries.ShouldBe(0);
        Directory.GetFiles(harness.Jobs.Analyses.Folder).Length.ShouldBeLessThanOrEqualTo(6, "Files without rows go after a day of grace, by their own clock.");
    }

    private static async Task<bool> FindAsync(JobsHarness harness, string content)
        => await harness.Jobs.FindResultAsync(Guid.NewGuid(), "x", JobsHarness.Md5(content), Plain, CancellationToken.None) is not null;

    private static async Task<JobSubmission> RunAsync(JobsHarness harness, string content, string text, JobOptions? options = null, Action<WorkOrder>? check = null)
    {
        JobSubmission job = await harness.SubmitAsync(content, options: options);
        FakeWork work = await harness.Engine.NextAsync();
        work.Order.JobId.ShouldBe(job.Id);
        check?.Invoke(work.Order);
        work.Start().Complete(FakeTranscripts.Of(text));
        (await harness.EndAsync(job)).State.ShouldBe(JobState.Completed);
        return job;
    }
}
