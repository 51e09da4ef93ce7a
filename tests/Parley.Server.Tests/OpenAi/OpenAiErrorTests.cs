using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Parley.Server.Auth;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Tests.Protocols;

namespace Parley.Server.Tests.OpenAi;

/// <summary>Everything that can go wrong, with fake jobs behind the real door.</summary>
public sealed class OpenAiErrorTests
{
    [Theory]
    [InlineData("response_format", "docx", "response_format")]
    [InlineData("temperature", "1.5", "temperature")]
    [InlineData("stream", "maybe", "stream")]
    [InlineData("language", "en/../x", "language")]
    [InlineData("timestamp_granularities[]", "letter", "timestamp_granularities")]
    [InlineData("timestamp_granularities[]", "word", "timestamp_granularities")]
    [InlineData("include[]", "secrets", "include")]
    [InlineData("num_speakers", "0", "num_speakers")]
    [InlineData("max_speakers", "two", "max_speakers")]
    [InlineData("diarize", "perhaps", "diarize")]
    [InlineData("chunking_strategy", "whole", "chunking_strategy")]
    [InlineData("chunking_strategy", "{\"type\":\"client_vad\"}", "chunking_strategy.type")]
    [InlineData("chunking_strategy", "{\"type\":\"server_vad\",\"threshold\":2}", "chunking_strategy.threshold")]
    [InlineData("chunking_strategy[type]", "nobody", "chunking_strategy.type")]
    public async Task A_wrong_field_is_named(string field, string value, string param)
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(new FakeJobs());

        (HttpResponseMessage answer, JsonElement error) = await host.RefusedAsync(OpenAiHost.Form((field, value)));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        error.GetProperty("type").GetString().ShouldBe("invalid_request_error");
        error.GetProperty("param").GetString().ShouldBe(param);
        host.Leftovers.ShouldBeEmpty();
    }

    [Fact]
    public async Task Fields_that_contradict_each_other_are_refused()
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(new FakeJobs());
        MultipartFormDataContent[] forms =
        [
            OpenAiHost.Form(("min_speakers", "3"), ("max_speakers", "2")),
            OpenAiHost.Form(("num_speakers", "5"), ("max_speakers", "2")),
            OpenAiHost.Form(("response_format", "diarized_json"), ("diarize", "false")),
            OpenAiHost.Form(("response_format", "srt"), ("stream", "true")),
            OpenAiHost.Form(("model", "whisper-1"), ("include[]", "logprobs")),
            OpenAiHost.Form(("response_format", "verbose_json"), ("include[]", "logprobs")),
            OpenAiHost.Form(("language", "en"), ("language", "zh")),
        ];

        foreach (MultipartFormDataContent form in forms)
            (await host.RefusedAsync(form)).Answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_form_without_file_or_model_or_with_an_unknown_one_is_refused()
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(new FakeJobs());

        (await host.RefusedAsync(new MultipartFormDataContent { { new StringContent("demo"), "model" } })).Error.GetProperty("param").GetString().ShouldBe("file");
        (await host.RefusedAsync(new MultipartFormDataContent { { new ByteArrayContent([1]), "file", "a.wav" } })).Error.GetProperty("param").GetString().ShouldBe("model");
        (await host.RefusedAsync(new MultipartFormDataContent { { new ByteArrayContent([]), "file", "a.wav" }, { new StringContent("demo"), "model" } }))
            .Error.GetProperty("code").GetString().ShouldBe("invalid_file");
        (await host.RefusedAsync(new MultipartFormDataContent { { new ByteArrayContent([1]), "file", "a.exe" }, { new StringContent("demo"), "model" } }))
            .Error.GetProperty("code").GetString().ShouldBe("unsupported_format");
        (HttpResponseMessage answer, JsonElement error) = await host.RefusedAsync(OpenAiHost.Form(("model", "gpt-9")));
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        error.GetProperty("code").GetString().ShouldBe("model_not_found");
        host.Leftovers.ShouldBeEmpty();
    }

    [Fact]
    public async Task Bodies_that_are_no_form_are_refused()
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(new FakeJobs());
        ByteArrayContent cut = new(Encoding.UTF8.GetBytes("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nabc"));
        cut.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        ByteArrayContent boundless = new([1]);
        boundless.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data");

        (await host.RefusedAsync(new StringContent("{}", Encoding.UTF8, "application/json"))).Answer.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await host.RefusedAsync(cut)).Answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await host.RefusedAsync(boundless)).Answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await host.RefusedAsync(OpenAiHost.Form(("prompt", new string('x', 300 << 10))))).Answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        host.Leftovers.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_beyond_the_limit_is_refused_and_leaves_nothing()
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(new FakeJobs());
        MultipartFormDataContent form = new() { { new ByteArrayContent(new byte[(1 << 20) + 1]), "file", "talk.wav" }, { new StringContent("demo"), "model" } };

        (HttpResponseMessage answer, JsonElement error) = await host.RefusedAsync(form);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        error.GetProperty("code").GetString().ShouldBe("file_too_large");
        host.Leftovers.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_full_disk_is_told_before_anything_is_written()
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(new FakeJobs(), options => options with { Server = options.Server with { MinFreeDiskMb = int.MaxValue } });

        (HttpResponseMessage answer, JsonElement error) = await host.RefusedAsync(OpenAiHost.Form());

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        error.GetProperty("code").GetString().ShouldBe("disk_full");
    }

    [Fact]
    public async Task With_authentication_only_our_tokens_are_let_in()
    {
        AuthOptions auth = new() { Enabled = true, SecretKey = "a key of the tests that is long enough" };
        FakeJobs jobs = new() { OnSubmit = submission => new SubmitOutcome.Completed(TestTranscripts.Result(submission.Id)) };
        await using OpenAiHost host = await OpenAiHost.StartAsync(jobs, options => options with { Auth = auth });

        (HttpResponseMessage none, JsonElement noKey) = await host.RefusedAsync(OpenAiHost.Form());
        (HttpResponseMessage wrong, JsonElement badKey) = await host.RefusedAsync(OpenAiHost.Form(), "sk-somebody");
        HttpResponseMessage right = await host.TranscribeAsync(OpenAiHost.Form(), new TokenIssuer(auth, TimeProvider.System).Issue("anna"));

        none.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        noKey.GetProperty("code").ValueKind.ShouldBe(JsonValueKind.Null);
        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        badKey.GetProperty("code").GetString().ShouldBe("invalid_api_key");
        right.StatusCode.ShouldBe(HttpStatusCode.OK);
        jobs.Submissions.Single().Client.ShouldBe(new JobClient("anna", "anna"));
    }

    [Fact]
    public async Task A_full_queue_says_when_to_try_again()
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(new FakeJobs { OnSubmit = _ => new SubmitOutcome.QueueFull(17, 100, 100) });

        (HttpResponseMessage answer, JsonElement error) = await host.RefusedAsync(OpenAiHost.Form());

        answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(17));
        error.GetProperty("code").GetString().ShouldBe("rate_limit_exceeded");
        host.Leftovers.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_stops_says_so_before_the_upload()
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(new FakeJobs { Refusal = new SubmitOutcome.Refused("The server stops.") });

        (HttpResponseMessage answer, JsonElement error) = await host.RefusedAsync(OpenAiHost.Form());

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        error.GetProperty("message").GetString().ShouldBe("The server stops.");
    }

    [Theory]
    [InlineData("Failed", "Audio", HttpStatusCode.BadRequest, "invalid_file")]
    [InlineData("Failed", "Model", HttpStatusCode.InternalServerError, "model_error")]
    [InlineData("TimedOut", "Timeout", HttpStatusCode.InternalServerError, "timeout")]
    [InlineData("Cancelled", null, HttpStatusCode.InternalServerError, "cancelled")]
    public async Task The_end_of_a_job_decides_about_the_status(string state, string? fault, HttpStatusCode status, string code)
    {
        FakeJobs jobs = new();
        await using OpenAiHost host = await OpenAiHost.StartAsync(jobs);
        Task<(HttpResponseMessage Answer, JsonElement Error)> asking = host.RefusedAsync(OpenAiHost.Form());
        await Until.TrueAsync(() => jobs.Submissions.Count == 1);
        JobSubmission job = jobs.Submissions.Single();

        JobFault? why = fault is null ? null : Enum.Parse<JobFault>(fault);
        jobs.Tell(new JobEvent.Ended(job.Id, jobs.Know(job, Enum.Parse<JobState>(state), "It went wrong.") with { Fault = why }));
        (HttpResponseMessage answer, JsonElement error) = await asking;

        answer.StatusCode.ShouldBe(status);
        error.GetProperty("code").GetString().ShouldBe(code);
        error.GetProperty("message").GetString().ShouldBe("It went wrong.");
        answer.Headers.Contains("x-should-retry").ShouldBe(status == HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task Paths_and_methods_that_do_not_exist_are_told_as_errors()
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(new FakeJobs());

        (HttpResponseMessage unknown, JsonElement _) = await OpenAiHost.ErrorAsync(await host.Http.GetAsync(new Uri("v1/chat/completions", UriKind.Relative)));
        (HttpResponseMessage method, JsonElement _) = await OpenAiHost.ErrorAsync(await host.Http.GetAsync(new Uri("v1/audio/transcriptions", UriKind.Relative)));
        (HttpResponseMessage delete, JsonElement _) = await OpenAiHost.ErrorAsync(await host.Http.DeleteAsync(new Uri("v1/models/demo", UriKind.Relative)));
        (HttpResponseMessage model, JsonElement error) = await OpenAiHost.ErrorAsync(await host.Http.GetAsync(new Uri("v1/models/a/b", UriKind.Relative)));

        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        method.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        delete.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        model.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        error.GetProperty("code").GetString().ShouldBe("model_not_found");
    }

    [Fact]
    public async Task A_defect_is_told_without_its_text()
    {
        FakeJobs jobs = new();
        jobs.OnSubmit = _ => throw new InvalidOperationException("A defect of the test's own.");
        await using OpenAiHost host = await OpenAiHost.StartAsync(jobs);

        (HttpResponseMessage answer, JsonElement error) = await host.RefusedAsync(OpenAiHost.Form());

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        error.GetProperty("message").GetString()!.ShouldNotContain("defect");
        host.Leftovers.ShouldBeEmpty();
    }
}
