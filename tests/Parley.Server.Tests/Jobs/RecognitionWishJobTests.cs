using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Asr;
using Parley.Server.Jobs;
using Parley.Server.Storage;
using Parley.Server.Workers;
using Parley.Server.Workers.Wire;
using Parley.Speakers;

namespace Parley.Server.Tests.Jobs;

public sealed class RecognitionWishJobTests
{
    private static readonly JobOptions Wish = new()
    {
        Recognition = new RecognitionWish { Hotwords = ["阿里", "巴巴"], Language = "zh", Itn = true },
        Bundle = "large",
    };

    [Fact]
    public async Task Other_words_are_other_work_and_what_is_kept_serves_the_same_wish_only()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission plain = await harness.SubmitAsync("talk"), wished = await harness.SubmitAsync("talk", options: Wish);
        string? saved = null;
        foreach (JobSubmission job in new[] { plain, wished })
        {
            FakeWork work = await harness.Engine.NextAsync();
            JobOptions options = job.Options;
            (work.Order.JobId, work.Order.Recognition, work.Order.Bundle, work.Order.AnalysisPath).ShouldBe((job.Id, options.Recognition, options.Bundle, null));
            saved = work.Order.SaveAnalysisTo;
            work.Start().Complete(FakeTranscripts.Of(options == Wish ? "wished" : "plain"));
            await harness.EndAsync(job);
        }

        JobOptions same = Wish with { Recognition = Wish.Recognition with { Hotwords = [.. Wish.Recognition.Hotwords] } };
        (await TextAsync(harness, new JobOptions())).ShouldBe("plain");
        (await TextAsync(harness, same)).ShouldBe("wished");
        (await TextAsync(harness, Wish with { Bundle = null })).ShouldBeNull();
        (await TextAsync(harness, Wish with { Recognition = Wish.Recognition with { Hotwords = ["阿里"] } })).ShouldBeNull();

        // Another number of speakers takes the analysis of the same words.
        JobSubmission regroup = await harness.SubmitAsync("talk", options: same with { Speakers = new SpeakerCount(Exact: 2) });
        FakeWork grouping = await harness.Engine.NextAsync();
        (grouping.Order.AnalysisPath, grouping.Order.Bundle).ShouldBe((saved, "large"));
        grouping.Complete();
        await harness.EndAsync(regroup);
    }

    [Fact]
    public async Task Wish_survives_a_restart_and_passes_on_to_the_job_that_groups_anew()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission job = await harness.SubmitAsync("talk", options: Wish);
        await harness.Engine.NextAsync();
        await harness.CrashAsync();
        await harness.OpenAsync();

        FakeWork work = await harness.Engine.NextAsync();
        (work.Order.JobId, work.Order.Recognition, work.Order.Bundle).ShouldBe((job.Id, Wish.Recognition, "large"));
        work.Start().Complete();
        (await harness.EndAsync(job)).Options.ShouldBe(Wish);

        (await harness.Jobs.RegroupAsync(job.Id, new SpeakerCount(Exact: 3), new JobClient("anna", null), CancellationToken.None)).ShouldBeOfType<RegroupOutcome.Submitted>();
        FakeWork grouping = await harness.Engine.NextAsync();
        (grouping.Order.Speakers, grouping.Order.Recognition, grouping.Order.Bundle).ShouldBe((new SpeakerCount(Exact: 3), Wish.Recognition, "large"));
        grouping.Order.AnalysisPath.ShouldNotBeNull();
        grouping.Complete();
    }

    [Fact]
    public void Rows_of_older_files_wish_nothing_in_particular_and_keep_their_keys()
    {
        string folder = Directory.CreateTempSubdirectory("parley-wishes-").FullName, file = Path.Combine(folder, "parley.db");
        try
        {
            Database.Open(file, [.. Schema.Steps.Take(4)], TimeProvider.System, NullLogger.Instance).Dispose();
            using (SqliteConnection old = new($"Data Source={file};Pooling=False"))
            {
                old.Open();
                old.Execute("""
                    INSERT INTO Jobs (Id, FileName, AudioPath, Md5, Sha256, Length, Format, Diarize, Speakers, ForceRefresh, ClientKey, Priority, State, Retries, Lost, CreatedAt)
                    VALUES ('5c1f0f0e-6f5e-4a1e-8f0b-2b7c8d1f9a10', 'a.wav', '/a', '', '', 1, 0, 1, '', 0, '', 0, 0, 0, 0, 0)
                    """);
            }

            using Database database = Database.Open(file, Schema.Steps, TimeProvider.System, NullLogger.Instance);
            JobOptions options = JobRows.Options(new JobStore(database).Find(new Guid("5c1f0f0e-6f5e-4a1e-8f0b-2b7c8d1f9a10")).ShouldNotBeNull());
            options.ShouldBe(new JobOptions());
            options.ToString().ShouldBe("JobOptions { Format = Json, Diarize = True, Speakers = SpeakerCount { Exact = , Min = , Max =  }, Voices = , Language = , ForceRefresh = False }");
            WorkKey.Of("", 1, options).ModelWith("demo-1").ShouldBe("demo-1");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Wish_reaches_a_worker_as_it_is()
    {
        WorkOrder order = new() { JobId = Guid.NewGuid(), AudioPath = "/a.wav", FileName = "a.wav", Recognition = Wish.Recognition, Bundle = Wish.Bundle };
        string json = JsonSerializer.Serialize(order, WireJson.Default.WorkOrder);
        JsonSerializer.Deserialize(json, WireJson.Default.WorkOrder).ShouldBe(order);
        WorkOrder plain = order with { Recognition = RecognitionWish.None, Bundle = null };
        JsonSerializer.Deserialize(JsonSerializer.Serialize(plain, WireJson.Default.WorkOrder), WireJson.Default.WorkOrder).ShouldBe(plain);

        // And what it cannot do comes back as what it is.
        WorkerFailure.From(new RecognitionWishException("no hotwords here")).ToException().ShouldBeOfType<RecognitionWishException>().Message.ShouldBe("no hotwords here");
    }

    private static async Task<string?> TextAsync(JobsHarness harness, JobOptions options)
        => (await harness.Jobs.FindResultAsync(Guid.NewGuid(), "x", JobsHarness.Md5("talk"), options, CancellationToken.None))?.Transcript.Sentences.Single().Text;
}
