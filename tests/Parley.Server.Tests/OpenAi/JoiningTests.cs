using System.Net;
using System.Text.Json;
using Parley.Asr;
using Parley.Audio;
using Parley.Server.Tests.Jobs;
using Parley.Transcripts;

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
    public async Task Text_streams_while_it_is_made_and_who_joins_gets_all_of_it()
    {
        await using JobsHarness queue = await JobsHarness.StartAsync();
        await using OpenAiHost host = await OpenAiHost.StartAsync(queue.Jobs);
        TranscriptSentence one = Sentence("One,", "One"), two = Sentence("two.", "two"), three = Sentence("Three.", "Three");
        Task<StreamReader> asking = StreamAsync(host);
        FakeWork work = (await queue.Engine.NextAsync()).Start();
        work.Say(one);
        using StreamReader first = await asking;
        (await DeltaAsync(first)).ShouldBe("One,");

        work.Say(two);
        (await DeltaAsync(first)).ShouldBe(" two.");
        using StreamReader second = await StreamAsync(host);
        (await DeltaAsync(second)).ShouldBe("One,");
        (await DeltaAsync(second)).ShouldBe(" two.");
        work.Complete(FakeTranscripts.Of("hello") with { Sentences = [one with { Speaker = "Speaker1" }, two, three] });

        foreach (StreamReader reader in (StreamReader[])[first, second])
        {
            (await DeltaAsync(reader)).ShouldBe(" Three.");
            JsonElement done = await EventAsync(reader);
            done.GetProperty("type").GetString().ShouldBe("transcript.text.done");
            done.GetProperty("text").GetString().ShouldBe("One, two. Three.");
        }

        queue.Engine.Orders.ShouldBe(1);
    }

    [Fact]
    public async Task Trouble_in_the_midst_of_a_stream_is_an_event()
    {
        await using JobsHarness queue = await JobsHarness.StartAsync();
        await using OpenAiHost host = await OpenAiHost.StartAsync(queue.Jobs);
        Task<StreamReader> asking = StreamAsync(host);
        FakeWork work = (await queue.Engine.NextAsync()).Start();
        work.Say(Sentence("One,", "One"));
        using StreamReader events = await asking;
        (await DeltaAsync(events)).ShouldBe("One,");

        work.Fail(new AudioDecodeException(AudioFault.Damaged, "The recording ends too early."));

        (await EventAsync(events)).GetProperty("error").GetProperty("code").GetString().ShouldBe("invalid_file");
        (await events.ReadToEndAsync()).ShouldBe("\n");
    }

    private static TranscriptSentence Sentence(string text, string word) => new(text, 0, 1, null, [new Word(word, 0, 1, 1)]);

    private static async Task<StreamReader> StreamAsync(OpenAiHost host)
    {
        HttpRequestMessage request = new(HttpMethod.Post, new Uri("v1/audio/transcriptions", UriKind.Relative)) { Content = OpenAiHost.Form(("stream", "true")) };
        HttpResponseMessage answer = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return new StreamReader(await answer.Content.ReadAsStreamAsync());
    }

    private static async Task<string?> DeltaAsync(StreamReader events) => (await EventAsync(events)).GetProperty("delta").GetString();

    private static async Task<JsonElement> EventAsync(StreamReader events)
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(20));
        while (await events.ReadLineAsync(late.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
                return JsonDocument.Parse(line[6..]).RootElement;
        }

        throw new EndOfStreamException("The stream has no further event.");
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
