using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Parley.Server.Jobs;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Tests.Jobs;
using Parley.Transcripts;

namespace Parley.Server.Tests.JobsApi;

/// <summary>Real jobs on a real database behind the real door; only the engine is a fake.</summary>
public sealed class EditTests
{
    private const string Hostile = "<img src=x onerror=alert(1)>\u202E";

    [Fact]
    public async Task Edits_are_applied_wherever_the_transcript_is_read_and_survive_a_crash()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        string job = await CompleteAsync(harness);
        await using (ApiHost host = await ApiHost.StartAsync(harness.Jobs))
        {
            JsonElement before = await ApiHost.JsonAsync(await host.GetAsync($"/jobs/{job}/transcript"));
            (before.GetProperty("revision").GetInt32(), before.GetProperty("speakers")[0].GetProperty("name").ValueKind).ShouldBe((0, JsonValueKind.Null));
            HttpResponseMessage answer = await EditAsync(
                host, job, 0, new { op = "rename_speaker", speaker = "s1", name = Hostile }, new { op = "edit_text", sentence = "0", text = "hello again world" }, new { op = "split_sentence", sentence = "0", word = 2 });
            JsonElement after = await ApiHost.JsonAsync(answer);
            answer.Headers.ETag!.Tag.ShouldBe("\"1\"");
            after.GetProperty("speakers")[0].GetProperty("name").GetString().ShouldBe(Hostile);
            after.GetProperty("sentences").EnumerateArray().Select(sentence => sentence.GetProperty("id").GetString()).ShouldBe(["0", "0.2"]);
        }

        await harness.CrashAsync();
        await harness.OpenAsync();
        await using ApiHost later = await ApiHost.StartAsync(harness.Jobs);
        JsonElement kept = await ApiHost.JsonAsync(await later.GetAsync($"/jobs/{job}/transcript"));
        kept.GetProperty("sentences")[0].GetProperty("words").EnumerateArray().Select(word => word.GetProperty("text").GetString()).ShouldBe(["hello ", "again"]);
        (await later.GetAsync($"/jobs/{job}/transcript", null, ("If-None-Match", "\"1\""))).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        JsonElement machine = await ApiHost.JsonAsync(await later.GetAsync($"/jobs/{job}/transcript?revision=0"));
        machine.GetProperty("sentences")[0].GetProperty("text").GetString().ShouldBe("hello");
        (await harness.Jobs.Transcripts.FindAsync(Guid.Parse(job), asMachine: false, CancellationToken.None))!.Result.Transcript.Speakers.ShouldBe([Hostile]);

        JsonElement edits = await ApiHost.JsonAsync(await later.GetAsync($"/jobs/{job}/edits"));
        edits.GetProperty("operations").EnumerateArray().Select(edit => edit.GetProperty("op").GetString()).ShouldBe(["rename_speaker", "edit_text", "split_sentence"]);
        edits.GetProperty("operations")[0].GetProperty("at").GetString().ShouldBe("2026-01-01T00:00:00.000Z");
        JsonElement undone = await ApiHost.JsonAsync(await UndoAsync(later, job, "\"1\""));
        (undone.GetProperty("revision").GetInt32(), undone.GetProperty("sentences")[0].GetProperty("text").GetString()).ShouldBe((2, "hello"));
        await ApiHost.ProblemAsync(await UndoAsync(later, job, "\"2\""), Problems.NothingToUndo);
        await ApiHost.ProblemAsync(await UndoAsync(later, job, "*"), Problems.InvalidRequest);
    }

    [Fact]
    public async Task Of_many_who_change_the_same_revision_exactly_one_wins()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        string job = await CompleteAsync(harness);
        await using ApiHost host = await ApiHost.StartAsync(harness.Jobs);
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(number => number % 3 == 2
            ? UndoAsync(host, job, "\"0\"")
            : EditAsync(host, job, 0, new { op = "rename_speaker", speaker = "s1", name = $"writer {number}" })));
        HttpResponseMessage won = answers.Single(answer => answer.StatusCode == HttpStatusCode.OK);
        answers.Where(answer => answer != won).ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Conflict);
        string name = (await ApiHost.JsonAsync(won)).GetProperty("speakers")[0].GetProperty("name").GetString()!;
        JsonElement now = await ApiHost.JsonAsync(await host.GetAsync($"/jobs/{job}/transcript"));
        (now.GetProperty("revision").GetInt32(), now.GetProperty("speakers")[0].GetProperty("name").GetString()).ShouldBe((1, name));
        await ApiHost.ProblemAsync(await EditAsync(host, job, 0, new { op = "rename_speaker", speaker = "s1", name = "late" }), Problems.RevisionConflict);
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_and_changes_nothing()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        string job = await CompleteAsync(harness);
        await using ApiHost host = await ApiHost.StartAsync(harness.Jobs);
        object good = new { op = "rename_speaker", speaker = "s1", name = "Anna" };
        await ApiHost.ProblemAsync(await EditAsync(host, job, 0, good, new { op = "split_sentence", sentence = "0", word = 1 }), Problems.InvalidOperation);
        await ApiHost.ProblemAsync(await EditAsync(host, job, 0, good, new { op = "edit_text", sentence = "0", text = "a\u0000b" }), Problems.InvalidOperation);
        await ApiHost.ProblemAsync(await EditAsync(host, job, 0, [.. Enumerable.Repeat(good, 1001)]), Problems.InvalidOperation);
        await ApiHost.ProblemAsync(await EditAsync(host, job, 0, new { op = "edit_text", sentence = "0", text = new string('x', 5 << 20) }), Problems.BodyTooLarge);
        await ApiHost.ProblemAsync(await EditAsync(host, job, -1, good), Problems.RevisionConflict);
        await ApiHost.ProblemAsync(await SendAsync(host, job, """{"revision":"0","operations":[]}"""), Problems.InvalidRequest);
        await ApiHost.ProblemAsync(await SendAsync(host, job, """{"revision":0}"""), Problems.InvalidRequest);
        await ApiHost.ProblemAsync(await SendAsync(host, job, """{"revision":0,"operations":[{"op":"__proto__"}]}"""), Problems.InvalidOperation);
        await ApiHost.ProblemAsync(await SendAsync(host, "..%2F..%2Fetc%2Fpasswd", "{}"), Problems.UnknownJob);
        await ApiHost.ProblemAsync(await host.GetAsync($"/jobs/{job}/transcript?revision=7"), Problems.InvalidRequest);
        (await ApiHost.JsonAsync(await host.GetAsync($"/jobs/{job}/edits"))).GetProperty("operations").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Jobs_of_others_are_not_there_and_names_of_editors_are_kept()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        string job = await CompleteAsync(harness, user: "anna");
        await using ApiHost host = await ApiHost.StartAsync(harness.Jobs, options => options with { Auth = ApiHost.Authentication });
        string anna = host.TokenFor("anna"), eve = host.TokenFor("eve");
        foreach (string path in (string[])["/transcript", "/edits", "/audio", "/waveform"])
            await ApiHost.ProblemAsync(await host.GetAsync($"/jobs/{job}{path}", eve), Problems.UnknownJob);
        using StringContent edit = new("""{"revision":0,"operations":[{"op":"rename_speaker","speaker":"s1","name":"Eve"}]}""", Encoding.UTF8, "application/json");
        await ApiHost.ProblemAsync(await host.SendAsync(HttpMethod.Post, $"/jobs/{job}/edits", edit, eve), Problems.UnknownJob);
        await ApiHost.ProblemAsync(await host.SendAsync(HttpMethod.Post, $"/jobs/{job}/rediarize", null, eve), Problems.UnknownJob);
        await ApiHost.ProblemAsync(await host.GetAsync($"/jobs/{job}/transcript"), Problems.Unauthorized);
        using StringContent again = new(await edit.ReadAsStringAsync(TestContext.Current.CancellationToken), Encoding.UTF8, "application/json");
        await ApiHost.JsonAsync(await host.SendAsync(HttpMethod.Post, $"/jobs/{job}/edits", again, anna));
        (await ApiHost.JsonAsync(await host.GetAsync($"/jobs/{job}/edits", anna))).GetProperty("operations")[0].GetProperty("user").GetString().ShouldBe("anna");
    }

    [Fact]
    public async Task Job_that_runs_has_no_transcript_to_edit()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        JobSubmission running = await harness.SubmitAsync("talk");
        await harness.Engine.NextAsync();
        await using ApiHost host = await ApiHost.StartAsync(harness.Jobs);
        await ApiHost.ProblemAsync(await host.GetAsync($"/jobs/{running.Id}/transcript"), Problems.NotCompleted);
        await ApiHost.ProblemAsync(await EditAsync(host, $"{running.Id}", 0, new { op = "rename_speaker", speaker = "s1", name = "x" }), Problems.NotCompleted);
        await ApiHost.ProblemAsync(await host.SendAsync(HttpMethod.Post, $"/jobs/{running.Id}/rediarize"), Problems.NotCompleted);
    }

    /// <summary>A job with a transcript.</summary>
    internal static async Task<string> CompleteAsync(JobsHarness harness, string? user = null, Func<JobSubmission, JobSubmission>? change = null, Transcript? transcript = null)
    {
        JobSubmission job = harness.Submission("talk") with { Client = new JobClient(user ?? "::1", user) };
        job = change?.Invoke(job) ?? job;
        await harness.Jobs.SubmitAsync(job, CancellationToken.None);
        (await harness.Engine.NextAsync()).Complete(transcript);
        (await harness.EndAsync(job)).State.ShouldBe(JobState.Completed);
        return job.Id.ToString("D");
    }

    private static Task<HttpResponseMessage> EditAsync(ApiHost host, string job, int revision, params object[] operations)
        => host.SendAsync(HttpMethod.Post, $"/jobs/{job}/edits", JsonContent.Create(new { revision, operations }));

    private static Task<HttpResponseMessage> SendAsync(ApiHost host, string job, string body)
        => host.SendAsync(HttpMethod.Post, $"/jobs/{job}/edits", new StringContent(body, Encoding.UTF8, "application/json"));

    private static Task<HttpResponseMessage> UndoAsync(ApiHost host, string job, string tag)
        => host.SendAsync(HttpMethod.Delete, $"/jobs/{job}/edits/last", null, null, ("If-Match", tag));
}
