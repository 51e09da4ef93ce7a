using System.Net;
using System.Text;
using System.Text.Json;
using Parley.Server.Jobs;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Tests.Protocols;

namespace Parley.Server.Tests.JobsApi;

/// <summary>Clients that mean harm, and files with names that do.</summary>
public sealed class HostileTests : IAsyncLifetime
{
    private readonly FakeJobs _jobs = new();
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync(_jobs);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("../../etc/passwd.wav", "passwd.wav")]
    [InlineData("..\\..\\boot.wav", "boot.wav")]
    [InlineData("<img src=x onerror=alert(1)>.wav", "<img src=x onerror=alert(1)>.wav")]
    [InlineData(".wav", ".wav")]
    public async Task Names_are_text_and_never_a_path(string sent, string kept)
    {
        JsonElement job = await ApiHost.JsonAsync(await SendAsync(Body("file", sent, "abc")), HttpStatusCode.Accepted);

        job.GetProperty("file_name").GetString().ShouldBe(kept);
        JobSubmission submission = _jobs.Submissions.ShouldHaveSingleItem();
        Path.GetFileName(submission.Audio.Path).ShouldBe($"{submission.Id:D}.wav");
        HttpResponseMessage shown = await _host.GetAsync($"/jobs/{submission.Id}");
        shown.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        shown.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
    }

    [Theory]
    [InlineData("talk.exe", "unsupported_format")]
    [InlineData("talk", "unsupported_format")]
    [InlineData("talk.wav\u0000.exe", "unsupported_format")]
    public async Task Files_of_other_kinds_are_not_taken(string name, string code)
        => (await ErrorOf(await SendAsync(Body("file", name, "abc")))).ShouldBe(code);

    [Theory]
    [InlineData("num_speakers", "-1")]
    [InlineData("num_speakers", "1e3")]
    [InlineData("diarize", "maybe")]
    [InlineData("language", "<b>")]
    [InlineData("priority", "11")]
    [InlineData("no_such_field", "1")]
    public async Task Fields_that_are_wrong_are_named(string field, string value)
    {
        MultipartFormDataContent form = Body("file", "talk.wav", "abc");
        form.Add(new StringContent(value), field);

        JsonElement problem = await ApiHost.ProblemAsync(await SendAsync(form), Problems.InvalidRequest);

        problem.GetProperty("field").GetString().ShouldBe(field);
        _jobs.Submissions.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_no_form_too_large_or_cut_off_is_refused_and_leaves_nothing()
    {
        await ApiHost.ProblemAsync(await SendAsync(new StringContent("{}", Encoding.UTF8, "application/json")), Problems.UnsupportedMediaType);
        await ApiHost.ProblemAsync(await SendAsync(Body("file", "talk.wav", "")), Problems.InvalidRequest);
        await ApiHost.ProblemAsync(await SendAsync(Body("other", "talk.wav", "abc")), Problems.InvalidRequest);
        await ApiHost.ProblemAsync(await SendAsync(Body("file", "talk.wav", new string('x', (1 << 20) + 1))), Problems.FileTooLarge);
        StringContent cut = new("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nhalf");
        cut.Headers.ContentType = new("multipart/form-data") { Parameters = { new("boundary", "b") } };
        await ApiHost.ProblemAsync(await SendAsync(cut), Problems.InvalidRequest);
        _jobs.Submissions.ShouldBeEmpty();
        _host.Leftovers.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_full_queue_and_a_server_that_stops_say_when_to_come_back()
    {
        _jobs.OnSubmit = static _ => new SubmitOutcome.QueueFull(30, 5, 5);
        HttpResponseMessage full = await SendAsync(Body("file", "talk.wav", "abc"));
        _jobs.Refusal = new SubmitOutcome.Refused("The server stops.");
        HttpResponseMessage stopping = await SendAsync(Body("file", "talk.wav", "abc"));

        await ApiHost.ProblemAsync(full, Problems.QueueFull);
        full.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(30));
        await ApiHost.ProblemAsync(stopping, Problems.Unavailable);
        _host.Leftovers.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_in_use_is_not_taken_twice()
    {
        TaskCompletionSource arrived = new(), answer = new();
        _jobs.OnSubmit = _ =>
        {
            arrived.SetResult();
            answer.Task.Wait(TestContext.Current.CancellationToken);
            return new SubmitOutcome.Accepted(new QueuePlace(1, TimeSpan.Zero), IsWaiting: false);
        };
        Task<HttpResponseMessage> first = SendAsync(Body("file", "talk.wav", "abc"), ("Idempotency-Key", "one"));
        await arrived.Task;

        await ApiHost.ProblemAsync(await SendAsync(Body("file", "talk.wav", "abc"), ("Idempotency-Key", "one")), Problems.IdempotencyInProgress);

        answer.SetResult();
        (await first).StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData("a\r\nSet-Cookie: x=1.wav")]
    [InlineData("\"; filename=evil.exe; x=\".wav")]
    [InlineData("会议 记录.wav")]
    [InlineData("..\\..\\x.wav")]
    [InlineData("\uD800.wav")]
    public void Download_names_stay_one_value_of_one_header(string name)
    {
        string header = ResultEndpoint.Attachment(name, ".txt");

        header.ShouldStartWith("attachment; filename=");
        header.Any(letter => letter is < ' ' or > '~').ShouldBeFalse();
        System.Net.Http.Headers.ContentDispositionHeaderValue.TryParse(header, out var parsed).ShouldBeTrue();
        parsed!.Parameters.Select(parameter => parameter.Name).ShouldBe(["filename", "filename*"]);
        parsed.FileNameStar!.ShouldEndWith(".txt");
        parsed.FileNameStar!.IndexOfAny(['/', '\\', '"', '\r', '\n']).ShouldBe(-1);
    }

    private Task<HttpResponseMessage> SendAsync(HttpContent content, params (string Name, string Value)[] headers)
        => _host.SendAsync(HttpMethod.Post, "/jobs", content, token: null, headers);

    private static async Task<string?> ErrorOf(HttpResponseMessage answer)
        => JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("code").GetString();

    private static MultipartFormDataContent Body(string part, string fileName, string content)
    {
        MultipartFormDataContent form = [];
        ByteArrayContent file = new(Encoding.UTF8.GetBytes(content));
        file.Headers.ContentDisposition = new("form-data") { Name = part, FileNameStar = fileName };
        form.Add(file);
        return form;
    }
}
