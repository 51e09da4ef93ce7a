using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Tests.Jobs;
using Parley.Server.Webhooks;

namespace Parley.Server.Tests.Webhooks;

/// <summary>The real webhooks behind the real jobs on a real database file, with a clock of the test's own.</summary>
internal sealed class WebhookHarness(WebhookOptions options) : IAsyncDisposable
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private WebhookService? _service;

    public JobsHarness Jobs { get; } = new();

    public WebhookService Webhooks => _service ?? throw new InvalidOperationException("Not open.");

    public static async Task<WebhookHarness> StartAsync(bool allowPrivate = true, params string[] urls)
    {
        WebhookHarness harness = new(new WebhookOptions { Secret = Secret, Urls = urls, AllowPrivateNetworks = allowPrivate });
        await harness.OpenAsync();
        return harness;
    }

    /// <summary>Opens jobs and webhooks on what the last life left.</summary>
    /// <param name="isSending">False: the server dies before it sends anything.</param>
    public async Task OpenAsync(bool isSending = true)
    {
        _service = new WebhookService(
            options, static (json, job, result) => JobJson.Write(json, JobRows.Ended(job, result, deletesRecordings: true)), NullLoggerFactory.Instance, Jobs.Clock);
        Jobs.Outbox = _service.Outbox;
        await Jobs.OpenAsync();
        _service.Open(Jobs.Jobs.Database);
        if (isSending)
            _service.Start();
    }

    public async Task CrashAsync()
    {
        await Webhooks.DisposeAsync();
        await Jobs.CrashAsync();
    }

    /// <summary>A job that is at work.</summary>
    public async Task<(JobSubmission Job, FakeWork Work)> BeginAsync(string? url, string? user = null)
    {
        JobSubmission job = Jobs.Submission($"talk {Guid.NewGuid():N}") with { WebhookUrl = url, Client = new JobClient(user ?? "::1", user) };
        (await Jobs.Jobs.SubmitAsync(job, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Accepted>();
        return (job, await Jobs.Engine.NextAsync());
    }

    /// <summary>A job that has been completed.</summary>
    public async Task<JobSubmission> CompleteAsync(string? url, string? user = null)
    {
        (JobSubmission job, FakeWork work) = await BeginAsync(url, user);
        work.Complete();
        await Jobs.EndAsync(job);
        return job;
    }

    /// <summary>The one message about a job, once it is as the test wants it.</summary>
    public async Task<WebhookDelivery> DeliveryAsync(JobSubmission job, Func<WebhookDelivery, bool> isAwaited)
    {
        WebhookDelivery? found = null;
        await Until.TrueAsync(
            () => (found = Webhooks.List(job.Client.User, job.Id, 10).Single()) is { } delivery && isAwaited(delivery),
            () => $"The delivery stays {found}.");
        return found!;
    }

    /// <summary>The time of the next attempt has come; nothing that is on its way notices.</summary>
    public void SkipPause(WebhookDelivery delivery)
    {
        Jobs.Clock.Jump(delivery.NextAttemptAt!.Value - Jobs.Clock.GetUtcNow());
        Webhooks.Outbox.Wake();
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
        await Jobs.DisposeAsync();
    }
}
