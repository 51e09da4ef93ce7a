using Parley.Server.Jobs;
using Parley.Server.Notifications;

namespace Parley.Server.Tests.Jobs;

public sealed class QueueTests
{
    [Fact]
    public async Task Clients_take_turns_and_priority_goes_first()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        await harness.SubmitAsync("running");
        FakeWork running = await harness.Engine.NextAsync();
        List<JobSubmission> anna = [], berta = [];
        for (int number = 0; number < 3; number++)
            anna.Add(await harness.SubmitAsync($"anna {number}", "anna"));
        for (int number = 0; number < 2; number++)
            berta.Add(await harness.SubmitAsync($"berta {number}", "berta"));
        JobSubmission urgent = await harness.SubmitAsync("urgent", "anna", priority: 5);

        running.Complete();
        List<Guid> order = [];
        for (int number = 0; number < 6; number++)
        {
            FakeWork work = await harness.Engine.NextAsync();
            order.Add(work.Order.JobId);
            work.Complete();
        }

        order.ShouldBe([urgent.Id, anna[0].Id, berta[0].Id, anna[1].Id, berta[1].Id, anna[2].Id]);
    }

    [Fact]
    public async Task Places_tell_the_truth_and_move_up()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync(options => options with { MaxQueueSize = 20 });
        await harness.SubmitAsync("running");
        FakeWork running = await harness.Engine.NextAsync();
        for (int number = 0; number < 20; number++)
            (await harness.Jobs.SubmitAsync(harness.Submission($"anna {number}"), CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Accepted>().Place.Position.ShouldBe(number + 1);

        JobSubmission single = harness.Submission("single", "berta");
        (await harness.Jobs.SubmitAsync(single, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.QueueFull>();
        harness.Options = harness.Options with { Transcription = harness.Options.Transcription with { MaxQueueSize = 200 } };
        SubmitOutcome.Accepted accepted = (await harness.Jobs.SubmitAsync(single, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Accepted>();
        (accepted.Place.Position, accepted.IsWaiting, accepted.Place.Wait).ShouldBe((2, true, TimeSpan.FromSeconds(90)));

        JobsHarness.Watched watched = harness.Watch(single);
        harness.Clock.Advance(TimeSpan.FromSeconds(40));
        await Until.TrueAsync(() => watched.Events.OfType<JobEvent.Queued>().Count() >= 2, "a repeat within 30 s");
        running.Complete();
        FakeWork first = await harness.Engine.NextAsync();
        await Until.TrueAsync(() => watched.Events.OfType<JobEvent.Queued>().Last().Place.Position == 1, "the place moves up");
        first.Complete();
        FakeWork second = await harness.Engine.NextAsync();
        second.Order.JobId.ShouldBe(single.Id);
        second.Complete();
        await watched.EndAsync();
        watched.Percents[0].ShouldBe(0);
    }

    [Fact]
    public async Task Acknowledgement_calls_waiting_only_what_is_beyond_the_slots()
    {
        await using JobsHarness harness = new();
        harness.Engine.Slots = 2;
        await harness.OpenAsync();
        List<bool> waiting = [];
        for (int number = 0; number < 5; number++)
            waiting.Add((await harness.Jobs.SubmitAsync(harness.Submission($"{number}"), CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Accepted>().IsWaiting);
        waiting.ShouldBe([false, false, false, false, true]);
    }

    [Fact]
    public async Task Full_queue_is_an_answer_that_leaves_the_audio_alone_and_is_told_once()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync(options => options with { MaxQueueSize = 1 });
        await harness.SubmitAsync("running");
        JobSubmission waiting = await harness.SubmitAsync("waiting"), refused = harness.Submission("refused", "berta");
        SubmitOutcome.QueueFull full = (await harness.Jobs.SubmitAsync(refused, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.QueueFull>();
        (full.RetryAfterSeconds, full.QueueSize, full.MaxQueueSize).ShouldBe((90, 1, 1));
        harness.Jobs.WouldRefuse(refused.Client).ShouldBe(full);
        await harness.Jobs.SubmitAsync(refused, CancellationToken.None);
        File.Exists(refused.Audio.Path).ShouldBeTrue();
        harness.Jobs.Figures.Known.ShouldBe(2);
        harness.Jobs.Figures.Errors["queue_full"].ShouldBe(2);
        harness.Notices.All.Single().ShouldBeOfType<Notice.QueueFull>().Size.ShouldBe(1);

        await harness.Jobs.CancelAsync(waiting.Id, CancellationToken.None);
        (await harness.Jobs.SubmitAsync(refused, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Accepted>();
    }

    [Fact]
    public async Task One_client_cannot_fill_the_queue_when_a_share_is_set()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync(options => options with { MaxQueuedPerClient = 2 });
        await harness.SubmitAsync("running");
        await harness.SubmitAsync("first");
        await harness.SubmitAsync("second");
        (await harness.Jobs.SubmitAsync(harness.Submission("third"), CancellationToken.None)).ShouldBeOfType<SubmitOutcome.QueueFull>().MaxQueueSize.ShouldBe(2);
        await harness.SubmitAsync("third", "berta");
    }

    [Fact]
    public async Task Nothing_is_accepted_while_the_disk_is_low_and_running_jobs_go_on()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission running = await harness.SubmitAsync("running");
        harness.FreeBytes = 10 << 20;
        JobSubmission refused = harness.Submission("refused");
        (await harness.Jobs.SubmitAsync(refused, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Refused>().Message.ShouldContain("disk");
        harness.Jobs.WouldRefuse(refused.Client).ShouldBeOfType<SubmitOutcome.Refused>();
        harness.Notices.All.Single().ShouldBeOfType<Notice.DiskLow>().FreeBytes.ShouldBe(10 << 20);
        (await harness.Engine.NextAsync()).Complete();
        (await harness.EndAsync(running)).State.ShouldBe(JobState.Completed);

        harness.FreeBytes = long.MaxValue;
        (await harness.Jobs.SubmitAsync(refused, CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Accepted>();
    }

    [Fact]
    public void In_order_is_the_order_of_taking()
    {
        Random random = new(7);
        FairQueue queue = new();
        List<LiveJob> waiting = [];
        for (long sequence = 0; sequence < 400; sequence++)
        {
            if (waiting.Count > 0 && random.Next(3) == 0)
            {
                LiveJob gone = waiting[random.Next(waiting.Count)];
                queue.Remove(gone).ShouldBeTrue();
                waiting.Remove(gone);
            }

            LiveJob job = Job(sequence, $"client {random.Next(5)}", random.Next(3));
            queue.Add(job);
            waiting.Add(job);
            if (random.Next(4) == 0)
            {
                LiveJob[] promised = [.. queue.InOrder()];
                LiveJob taken = queue.TakeNext()!;
                taken.ShouldBeSameAs(promised[0]);
                queue.InOrder().ShouldBe(promised[1..]);
                waiting.Remove(taken);
            }
        }

        queue.Count.ShouldBe(waiting.Count);
        foreach (LiveJob promised in queue.InOrder().ToArray())
            queue.TakeNext().ShouldBeSameAs(promised);
        queue.TakeNext().ShouldBeNull();
        queue.CountOf("client 1").ShouldBe(0);
    }

    private static LiveJob Job(long sequence, string client, int priority) => new(
        sequence,
        new JobSubmission
        {
            Id = Guid.NewGuid(),
            FileName = "x",
            Audio = new StoredAudio("/x", "", 1),
            Options = new JobOptions(),
            Client = new JobClient(client, null),
            Priority = priority,
        },
        $"{sequence}",
        DateTimeOffset.UnixEpoch);
}
