using Parley.Asr;
using Parley.Server.Jobs;

namespace Parley.Server.Tests.Jobs;

/// <summary>The language that clients name: echoed by all, told to models that can be told one.</summary>
public sealed class LanguageWishTests
{
    [Fact]
    public async Task Models_that_take_a_language_are_told_it_and_their_results_are_kept_apart()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        harness.Engine.ListensToLanguage = true;
        foreach ((string? language, string? told, string text) in new[] { (null, (string?)null, "heard"), ("zh-CN", "zh", "told"), })
        {
            JobSubmission job = await harness.SubmitAsync("talk", options: new JobOptions { Language = language });
            FakeWork work = await harness.Engine.NextAsync();
            work.Order.Recognition.Language.ShouldBe(told);
            work.Start().Complete(FakeTranscripts.Of(text));
            (await harness.EndAsync(job)).Options.Language.ShouldBe(language);
        }

        (await TextAsync(harness, "zh")).ShouldBe("told");
        (await TextAsync(harness, "de")).ShouldBe("heard");
        (await TextAsync(harness, "auto")).ShouldBe("heard");
        (await TextAsync(harness, "ja")).ShouldBeNull();
    }

    [Fact]
    public async Task Other_models_give_one_result_whatever_language_is_named()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission job = await harness.SubmitAsync("talk", options: new JobOptions { Language = "zh" });
        FakeWork work = await harness.Engine.NextAsync();
        work.Order.Recognition.ShouldBe(RecognitionWish.None);
        work.Start().Complete(FakeTranscripts.Of("heard"));
        (await harness.EndAsync(job)).Options.Language.ShouldBe("zh");
        (await TextAsync(harness, "en")).ShouldBe("heard");
    }

    private static async Task<string?> TextAsync(JobsHarness harness, string language)
        => (await harness.Jobs.FindResultAsync(Guid.NewGuid(), "x", JobsHarness.Md5("talk"), new JobOptions { Language = language }, CancellationToken.None))?.Transcript.Sentences.Single().Text;
}
