using System.Net;
using System.Text.Json;
using Parley.Asr;
using Parley.Server.Jobs;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Tests.Jobs;
using Parley.Transcripts;

namespace Parley.Server.Tests.JobsApi;

/// <summary>The routes in front of the real jobs, with an engine that does what a test says.</summary>
public sealed class JobsTests : IAsyncLifetime
{
    private readonly JobsHarness _jobs = new();
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        await _jobs.OpenAsync();
        _host = await ApiHost.StartAsync(_jobs.Jobs);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _jobs.DisposeAsync();
    }

    [Fact]
    public async Task Each_sentence_is_told_once_to_everybody_who_follows()
    {
        string path = await StartedAsync("talk");
        FakeWork work = (await _jobs.Engine.NextAsync()).Start();
        work.Say(Sentence("one"), Sentence("two"));
        using StreamReader early = await FollowAsync(path);
        (await SaidAsync(early)).ShouldBe(["0 one", "1 two"]);
        work.Say(Sentence("three"));
        (await SaidAsync(early)).ShouldBe(["2 three"]);
        using StreamReader late = await FollowAsync(path);
        (await SaidAsync(late)).ShouldBe(["0 one", "1 two", "2 three"]);
        work.Say(Sentence("four"));
        (await SaidAsync(early)).ShouldBe(["3 four"]);
        (await SaidAsync(late)).ShouldBe(["3 four"]);
        work.Complete();
    }

    [Fact]
    public void Text_of_a_job_that_is_begun_anew_is_told_from_the_beginning()
    {
        SaidSoFar said = new();
        TranscriptSentence[] first = [Sentence("one"), Sentence("two")];
        said.Take(first[..1]).ShouldBe(0);
        said.Take(first).ShouldBe(1);
        said.Take(first).ShouldBe(2);
        said.Take([Sentence("one")]).ShouldBe(0);
        said.Take([Sentence("one"), Sentence("two"), Sentence("three")]).ShouldBe(0);
    }

    [Fact]
    public async Task A_recording_becomes_a_job_whose_events_lead_to_its_transcript()
    {
        HttpResponseMessage taken = await SubmitAsync(Form("talk", ("num_speakers", "2"), ("language", "zh"), ("itn", "true")));

        JsonElement job = await ApiHost.JsonAsync(taken, HttpStatusCode.Accepted);
        string path = $"/jobs/{job.GetProperty("id").GetGuid()}";
        taken.Headers.Location!.ToString().ShouldBe("/api/v1" + path);
        job.GetProperty("options").ToString().ShouldBe("""{"diarize":true,"num_speakers":2,"min_speakers":null,"max_speakers":null,"language":"zh","hotwords":[],"itn":true,"model":null}""");
        FakeWork work = await _jobs.Engine.NextAsync();
        using StreamReader events = new(await (await _host.GetAsync(path + "/events")).Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        (await NextAsync(events)).ShouldSatisfyAllConditions(first => first.Name.ShouldBe("job"), first => first.Data.GetProperty("state").GetString().ShouldBe("processing"));
        await ApiHost.ProblemAsync(await _host.GetAsync(path + "/result"), Problems.NotCompleted);

        work.Complete();

        (string Name, JsonElement Data) last = await NextAsync(events);
        while (last.Name != "end")
            last = await NextAsync(events);
        last.Data.GetProperty("state").GetString().ShouldBe("completed");
        last.Data.GetProperty("duration").GetDouble().ShouldBePositive();
        last.Data.GetProperty("cached").GetBoolean().ShouldBeFalse();
        (await events.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim().ShouldBeEmpty();
        // The recording goes a moment after the end was told.
        await Until.TrueAsync(() => !Directory.EnumerateFiles(_jobs.Uploads).Any(), "the recording is deleted");
        last.Data.ToString().Replace("\"has_recording\":true", "\"has_recording\":false").ShouldBe((await ApiHost.JsonAsync(await _host.GetAsync(path))).ToString());
        foreach (string format in (string[])["json", "txt", "srt", "vtt", "sentences", "rttm", "docx"])
        {
            HttpResponseMessage result = await _host.GetAsync($"{path}/result?format={format}&download=true");
            result.StatusCode.ShouldBe(HttpStatusCode.OK, format);
            result.Content.Headers.ContentDisposition!.FileName.ShouldStartWith("talk.");
            (await result.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldNotBeEmpty(format);
        }
    }

    [Fact]
    public async Task The_same_request_under_the_same_key_makes_one_job_also_after_a_restart()
    {
        JsonElement first = await ApiHost.JsonAsync(await SubmitAsync(Form("one"), "key-1"), HttpStatusCode.Accepted);
        await _jobs.CrashAsync();
        await _host.DisposeAsync();
        await InitializeAsync();

        HttpResponseMessage again = await SubmitAsync(Form("one"), "key-1");

        (await ApiHost.JsonAsync(again)).GetProperty("id").GetGuid().ShouldBe(first.GetProperty("id").GetGuid());
        again.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        await ApiHost.ProblemAsync(await SubmitAsync(Form("another"), "key-1"), Problems.IdempotencyMismatch);
        await ApiHost.ProblemAsync(await SubmitAsync(Form("one", ("diarize", "false")), "key-1"), Problems.IdempotencyMismatch);
        await ApiHost.ProblemAsync(await SubmitAsync(Form("one"), new string('k', 256)), Problems.InvalidRequest);
        (await ApiHost.JsonAsync(await SubmitAsync(Form("one"), "key-2"), HttpStatusCode.Accepted)).GetProperty("id").GetGuid().ShouldNotBe(first.GetProperty("id").GetGuid());
        (await ListAsync("/jobs")).Ids.Count.ShouldBe(2);
        _jobs.Clock.Jump(RequestKey.Lifetime + TimeSpan.FromSeconds(1)); // all that a day of housekeeping does takes long
        (await SubmitAsync(Form("another"), "key-1")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        Directory.EnumerateFiles(_jobs.Uploads).Count().ShouldBeLessThanOrEqualTo(3, "files of requests that made no job are gone");
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_page_by_page_and_filtered()
    {
        List<Guid> ids = [];
        foreach (string name in (string[])["a_b", "axb", "100%", "Last"])
            ids.Add((await ApiHost.JsonAsync(await SubmitAsync(Form(name)), HttpStatusCode.Accepted)).GetProperty("id").GetGuid());
        await _jobs.Engine.NextAsync();
        ids.Reverse();

        (List<Guid> page, string? next) = await ListAsync("/jobs?limit=3");
        page.ShouldBe(ids[..3]);
        (await ListAsync($"/jobs?limit=3&cursor={next}")).ShouldSatisfyAllConditions(last => last.Ids.ShouldBe(ids[3..]), last => last.Next.ShouldBeNull());
        (await ListAsync("/jobs?limit=4")).Next.ShouldBeNull();
        (await ListAsync("/jobs?q=a_b")).Ids.ShouldBe([ids[3]], "an underscore is a letter");
        (await ListAsync("/jobs?q=%25")).Ids.ShouldBe([ids[1]]);
        (await ListAsync("/jobs?q=LAST")).Ids.ShouldBe([ids[0]]);
        (await ListAsync("/jobs?state=processing")).Ids.ShouldBe([ids[3]]);
        (await ListAsync("/jobs?state=pending&limit=1")).Ids.ShouldBe([ids[0]]);
        (await ListAsync("/jobs?state=failed&state=completed")).Ids.ShouldBeEmpty();
        foreach (string wrong in (string[])["limit=0", "limit=201", "cursor=x", "state=none", $"q={new string('q', 201)}", "limit=1&limit=2"])
            await ApiHost.ProblemAsync(await _host.GetAsync("/jobs?" + wrong), Problems.InvalidRequest);
    }

    [Fact]
    public async Task A_job_is_cancelled_once_and_deleted_with_its_file()
    {
        JsonElement running = await ApiHost.JsonAsync(await SubmitAsync(Form("running")), HttpStatusCode.Accepted);
        JsonElement waiting = await ApiHost.JsonAsync(await SubmitAsync(Form("waiting")), HttpStatusCode.Accepted);
        string first = $"/jobs/{running.GetProperty("id")}", second = $"/jobs/{waiting.GetProperty("id")}";
        FakeWork work = await _jobs.Engine.NextAsync();

        JsonElement cancelled = await ApiHost.JsonAsync(await _host.SendAsync(HttpMethod.Post, second + "/cancel"));
        cancelled.GetProperty("state").GetString().ShouldBe("cancelled");
        cancelled.GetProperty("error").GetProperty("code").GetString().ShouldBe("cancelled");
        await ApiHost.ProblemAsync(await _host.SendAsync(HttpMethod.Post, second + "/cancel"), Problems.NotCancellable);
        Task<HttpResponseMessage> deleting = _host.SendAsync(HttpMethod.Delete, first);
        await Until.TrueAsync(() => work.Token.IsCancellationRequested, "the work is stopped");
        (await deleting).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await ApiHost.ProblemAsync(await _host.GetAsync(first), Problems.UnknownJob);
        await ApiHost.ProblemAsync(await _host.SendAsync(HttpMethod.Delete, first), Problems.UnknownJob);
        (await ListAsync("/jobs")).Ids.ShouldBe([waiting.GetProperty("id").GetGuid()]);
        Directory.EnumerateFiles(_jobs.Uploads).ShouldBeEmpty();
    }

    private Task<HttpResponseMessage> SubmitAsync(HttpContent form, string? key = null)
        => _host.SendAsync(HttpMethod.Post, "/jobs", form, token: null, key is null ? [] : [("Idempotency-Key", key)]);

    private async Task<(List<Guid> Ids, string? Next)> ListAsync(string path)
    {
        JsonElement page = await ApiHost.JsonAsync(await _host.GetAsync(path));
        return ([.. page.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetGuid())], page.GetProperty("next").GetString());
    }

    private async Task<string> StartedAsync(string name)
        => $"/jobs/{(await ApiHost.JsonAsync(await SubmitAsync(Form(name)), HttpStatusCode.Accepted)).GetProperty("id").GetGuid()}";

    private async Task<StreamReader> FollowAsync(string path)
        => new(await (await _host.GetAsync(path + "/events")).Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

    private static TranscriptSentence Sentence(string text) => new(text, 0, 100, null, [new Word(text, 0, 100, 1f)]);

    private static async Task<string[]> SaidAsync(StreamReader events)
    {
        (string Name, JsonElement Data) next = await NextAsync(events);
        while (next.Name != "said")
            next = await NextAsync(events);
        return [.. next.Data.GetProperty("sentences").EnumerateArray().Select(sentence => $"{sentence.GetProperty("id").GetString()} {sentence.GetProperty("text").GetString()}")];
    }

    private static async Task<(string Name, JsonElement Data)> NextAsync(StreamReader events)
    {
        string? line = await events.ReadLineAsync(TestContext.Current.CancellationToken);
        while (line is not null && !line.StartsWith("event: ", StringComparison.Ordinal))
            line = await events.ReadLineAsync(TestContext.Current.CancellationToken);
        string data = (await events.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull();
        return (line.ShouldNotBeNull()["event: ".Length..], JsonDocument.Parse(data["data: ".Length..]).RootElement);
    }

    private static MultipartFormDataContent Form(string name, params (string Name, string Value)[] fields)
    {
        MultipartFormDataContent form = [];
        form.Add(new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(name)), "file", name + ".wav");
        foreach ((string field, string value) in fields)
            form.Add(new StringContent(value), field);
        return form;
    }
}
