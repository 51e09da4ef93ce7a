using System.Net;
using Parley.Server.Tests.Jobs;

namespace Parley.Server.Tests.OpenAi;

/// <summary>The door in front of the real queue, with a fake engine behind it.</summary>
public sealed class JoiningTests
{
    [Fact]
    public async Task A_client_that_times_out_and_comes_back_joins_the_running_job()
    {
        await using JobsHarness queue = await JobsHarness.StartAsync();
        await using OpenAiHost host = await OpenAiHost.StartAsync(queue.Jobs);
        using CancellationTokenSource patience = new();
        Task<HttpResponseMessage> first = host.TranscribeAsync(OpenAiHost.Form(), cancellationToken: patience.Token);
        FakeWork work = (await queue.Engine.NextAsync()).Start();
        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
        await Until.TrueAsync(() => host.Log.Entries.Any(entry => entry.Text.Contains("is gone", StringComparison.Ordinal)));

        Task<HttpResponseMessage> second = host.TranscribeAsync(OpenAiHost.Form());
        await Until.TrueAsync(() => queue.Jobs.Figures.Running == 2);
        work.Complete();

        HttpResponseMessage answer = await second;
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("hello");
        queue.Engine.Orders.ShouldBe(1);
    }

    [Fact]
    public async Task A_client_that_comes_back_after_the_end_is_answered_from_the_cache()
    {
        await using JobsHarness queue = await JobsHarness.StartAsync();
        await using OpenAiHost host = await OpenAiHost.StartAsync(queue.Jobs);
        Task<HttpResponseMessage> first = host.TranscribeAsync(OpenAiHost.Form());
        (await queue.Engine.NextAsync()).Start().Complete();
        (await first).StatusCode.ShouldBe(HttpStatusCode.OK);

        HttpResponseMessage second = await host.TranscribeAsync(OpenAiHost.Form(("response_format", "verbose_json")));

        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        queue.Engine.Orders.ShouldBe(1);
        host.Leftovers.ShouldBeEmpty();
    }
}
