using System.Net;
using System.Text.Json;
using Parley.Audio;
using Parley.Server.Jobs;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Tests.Jobs;
using Parley.Server.Tests.JobsApi;
using Parley.Server.Webhooks;

namespace Parley.Server.Tests.Webhooks;

/// <summary>Messages from the end of a job to a receiver, over real sockets.</summary>
public sealed class WebhookDeliveryTests
{
    [Fact]
    public async Task Message_is_signed_and_tells_the_job_as_it_is_after_its_end()
    {
        await using StandInReceiver receiver = await StandInReceiver.StartAsync();
        await using WebhookHarness harness = await WebhookHarness.StartAsync(true, receiver.Address + "/all?key=hidden");
        await using ApiHost host = await ApiHost.StartAsync(harness.Jobs.Jobs, webhooks: harness.Webhooks);
        harness.Jobs.Clock.Jump(DateTimeOffset.UtcNow - harness.Jobs.Clock.GetUtcNow());

        JobSubmission job = await harness.CompleteAsync(receiver.Address + "/own");

        await Until.TrueAsync(() => receiver.Received.Count == 2, "both messages");
        receiver.Received.Select(hook => hook.Path).Order(StringComparer.Ordinal).ShouldBe(["/all", "/own"]);
        receiver.Received.Select(hook => hook.Id).Distinct().Count().ShouldBe(2);
        await Until.TrueAsync(() => !File.Exists(job.Audio.Path), "the recording goes");
        string shown = (await ApiHost.JsonAsync(await host.GetAsync($"/jobs/{job.Id}"))).ToString();
        foreach (ReceivedHook hook in receiver.Received)
        {
            IsSigned(hook, hook.Body).ShouldBeTrue();
            IsSigned(hook, [.. hook.Body, (byte)' ']).ShouldBeFalse();
            hook.Headers["content-type"].ShouldBe("application/json");
            JsonElement message = JsonDocument.Parse(hook.Body).RootElement;
            message.GetProperty("type").GetString().ShouldBe("job.completed");
            message.GetProperty("data").ToString().ShouldBe(shown);
            message.GetProperty("timestamp").GetString().ShouldBe(message.GetProperty("data").GetProperty("ended_at").GetString());
        }

        // Of the operator's address no more than the host.
        harness.Webhooks.List(null, job.Id, 10).Select(delivery => delivery.Url).Order(StringComparer.Ordinal).ShouldBe([receiver.Address, receiver.Address + "/own"]);
    }

    [Fact]
    public async Task Other_ends_have_names_of_their_own()
    {
        await using StandInReceiver receiver = await StandInReceiver.StartAsync();
        await using WebhookHarness harness = await WebhookHarness.StartAsync();
        (_, FakeWork failing) = await harness.BeginAsync(receiver.Address);
        failing.Fail(new AudioDecodeException(AudioFault.NotMedia, "No sound."));
        await Until.TrueAsync(() => receiver.Received.Count == 1, "the failure");
        (JobSubmission cancelled, _) = await harness.BeginAsync(receiver.Address);
        (await harness.Jobs.Jobs.CancelAsync(cancelled.Id, CancellationToken.None)).ShouldBeTrue();
        await Until.TrueAsync(() => receiver.Received.Count == 2, "the cancellation");

        receiver.Received.Select(hook => JsonDocument.Parse(hook.Body).RootElement)
            .Select(message => (message.GetProperty("type").GetString(), message.GetProperty("data").GetProperty("error").GetProperty("code").GetString()))
            .ShouldBe([("job.failed", "audio"), ("job.cancelled", "cancelled")]);
    }

    [Fact]
    public async Task Failures_are_tried_again_and_redirects_not_followed()
    {
        await using StandInReceiver receiver = await StandInReceiver.StartAsync(500, StandInReceiver.Drop, 302);
        await using WebhookHarness harness = await WebhookHarness.StartAsync();
        JobSubmission job = await harness.CompleteAsync(receiver.Address + "/hook");

        WebhookDelivery refused = await harness.DeliveryAsync(job, delivery => delivery.Attempts == 1);
        (refused.State, refused.LastStatus).ShouldBe(("pending", 500));
        await Until.TrueAsync(
            () =>
            {
                harness.Jobs.Clock.Advance(TimeSpan.FromSeconds(1));
                return receiver.Received.Count > 1;
            },
            "the second attempt, by itself");
        WebhookDelivery dropped = await harness.DeliveryAsync(job, delivery => delivery.LastError?.Contains("connection", StringComparison.Ordinal) == true);
        (dropped.State, dropped.LastStatus).ShouldBe(("pending", null));
        harness.SkipPause(dropped);
        WebhookDelivery redirected = await harness.DeliveryAsync(job, delivery => delivery.LastStatus == 302);
        redirected.LastError.ShouldNotBeNull().ShouldContain("redirects are not followed");
        harness.SkipPause(redirected);
        WebhookDelivery taken = await harness.DeliveryAsync(job, delivery => delivery.State == "delivered");

        (taken.LastStatus, taken.LastError, taken.NextAttemptAt).ShouldBe((200, null, null));
        receiver.Received.Count.ShouldBe(4);
        receiver.Received.ShouldAllBe(hook => hook.Path == "/hook" && hook.Id == taken.Id.ToString());
    }

    [Fact]
    public async Task Receiver_that_wants_no_more_gets_no_more_until_its_user_sends_it_again()
    {
        await using StandInReceiver receiver = await StandInReceiver.StartAsync(410);
        await using WebhookHarness harness = await WebhookHarness.StartAsync();
        await using ApiHost host = await ApiHost.StartAsync(harness.Jobs.Jobs, static options => options with { Auth = ApiHost.Authentication }, harness.Webhooks);
        string anna = host.TokenFor("anna"), bert = host.TokenFor("bert");
        JobSubmission job = await harness.CompleteAsync(receiver.Address, "anna");
        WebhookDelivery gone = await harness.DeliveryAsync(job, delivery => delivery.State == "gone");
        gone.NextAttemptAt.ShouldBeNull();

        string replay = $"/webhooks/deliveries/{gone.Id}/replay";
        foreach (string query in (string[])["", $"?job={job.Id}"])
        {
            (await ListAsync(host, bert, query)).ShouldBe(0);
            (await ListAsync(host, anna, query)).ShouldBe(1);
        }

        await ApiHost.ProblemAsync(await host.SendAsync(HttpMethod.Post, replay, token: bert), Problems.UnknownDelivery);
        await ApiHost.ProblemAsync(await host.SendAsync(HttpMethod.Post, "/webhooks/deliveries/1/replay", token: anna), Problems.UnknownDelivery);
        await ApiHost.ProblemAsync(await host.GetAsync("/webhooks/deliveries"), Problems.Unauthorized);
        receiver.Received.Count.ShouldBe(1);
        await ApiHost.JsonAsync(await host.SendAsync(HttpMethod.Post, replay, token: anna), HttpStatusCode.Accepted);

        (await harness.DeliveryAsync(job, delivery => delivery.State == "delivered")).Attempts.ShouldBe(1);
        receiver.Received.Select(hook => hook.Id).ShouldBe([gone.Id.ToString(), gone.Id.ToString()]);
    }

    /// <summary>The end of the job and the message about it are one change of the database.</summary>
    [Fact]
    public async Task Crash_between_the_end_of_a_job_and_the_delivery_loses_nothing()
    {
        await using StandInReceiver receiver = await StandInReceiver.StartAsync();
        await using WebhookHarness harness = await WebhookHarness.StartAsync();
        await harness.CrashAsync();
        await harness.OpenAsync(isSending: false);
        JobSubmission job = await harness.CompleteAsync(receiver.Address);
        await harness.CrashAsync();
        receiver.Received.ShouldBeEmpty();

        await harness.OpenAsync();

        await harness.DeliveryAsync(job, delivery => delivery.State == "delivered");
        receiver.Received.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Private_address_is_refused_at_every_attempt_and_given_up()
    {
        await using StandInReceiver receiver = await StandInReceiver.StartAsync();
        await using WebhookHarness harness = await WebhookHarness.StartAsync(allowPrivate: false);
        JobSubmission job = await harness.CompleteAsync(receiver.Address);

        WebhookDelivery last = await harness.DeliveryAsync(job, static delivery => delivery.Attempts == 1);
        for (int attempt = 2; attempt <= DeliveryBackoff.MaxAttempts; attempt++)
        {
            last.State.ShouldBe("pending");
            harness.SkipPause(last);
            last = await harness.DeliveryAsync(job, delivery => delivery.Attempts == attempt);
        }

        (last.State, last.NextAttemptAt).ShouldBe(("failed", null));
        last.LastError.ShouldNotBeNull().ShouldContain("webhooks.allow_private_networks");
        receiver.Received.ShouldBeEmpty();
    }

    private static bool IsSigned(ReceivedHook hook, byte[] body)
        => WebhookVerification.Verify(WebhookHarness.Secret, hook.Id, hook.Headers["webhook-timestamp"], hook.Headers["webhook-signature"], body);

    private static async Task<int> ListAsync(ApiHost host, string token, string query)
        => (await ApiHost.JsonAsync(await host.GetAsync("/webhooks/deliveries" + query, token))).GetProperty("deliveries").GetArrayLength();
}
