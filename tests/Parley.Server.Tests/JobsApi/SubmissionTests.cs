using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Tests.Jobs;
using Parley.Server.Tests.JobsApi.Uploads;
using Parley.Server.Tests.Protocols;

namespace Parley.Server.Tests.JobsApi;

/// <summary>Recordings on their way in: those that are known already, and bodies that do not come to their end.</summary>
public sealed class SubmissionTests
{
    [Fact]
    public async Task Recording_is_kept_also_where_the_transcript_is_known_already()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        await using ApiHost host = await ApiHost.StartAsync(harness.Jobs);
        byte[] sound = await File.ReadAllBytesAsync(TestPaths.Sample("hello.wav"), TestContext.Current.CancellationToken);
        await SubmitAsync(host, sound);
        (await harness.Engine.NextAsync()).Complete();
        await Until.TrueAsync(() => harness.Jobs.Figures.CacheEntries == 1, "the first job");

        JsonElement form = await ApiHost.JsonAsync(await SubmitAsync(host, sound, ("keep_recording", "true")), HttpStatusCode.Accepted);
        string upload = await host.CreateAsync(sound.Length, TusRequests.Metadata(("filename", "hello.wav"), ("keep_recording", "true")));
        HttpResponseMessage last = await host.AppendAsync(upload, 0, sound);
        string tus = TusRequests.Header(last, "Parley-Job").ShouldNotBeNull()["/api/v1".Length..];
        await harness.Jobs.Housekeeping.PassAsync(CancellationToken.None);

        foreach (string path in (string[])[$"/jobs/{form.GetProperty("id")}", tus])
        {
            JsonElement job = await ApiHost.JsonAsync(await host.GetAsync(path));
            (job.GetProperty("state").GetString(), job.GetProperty("cached").GetBoolean(), job.GetProperty("has_recording").GetBoolean()).ShouldBe(("completed", true, true));
            (await (await host.GetAsync(path + "/audio")).Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(sound);
        }

        // Without the wish there is none.
        JsonElement plain = await ApiHost.JsonAsync(await SubmitAsync(host, sound), HttpStatusCode.Accepted);
        await ApiHost.ProblemAsync(await host.GetAsync($"/jobs/{plain.GetProperty("id")}/audio"), Problems.NoRecording);
    }

    [Fact]
    public async Task Webhook_without_a_key_to_sign_with_is_refused_with_what_to_do()
    {
        await using ApiHost host = await ApiHost.StartAsync(new FakeJobs());

        JsonElement form = await ApiHost.ProblemAsync(await SubmitAsync(host, [1], ("webhook_url", "https://example.com/hook")), Problems.InvalidRequest);
        JsonElement tus = await ApiHost.ProblemAsync(
            await host.TryCreateAsync(1, TusRequests.Metadata(("filename", "talk.wav"), ("webhook_url", "https://example.com/hook"))), Problems.InvalidRequest);

        foreach (JsonElement problem in (JsonElement[])[form, tus])
        {
            problem.GetProperty("field").GetString().ShouldBe("webhook_url");
            problem.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("webhooks.secret (FUNASR_WEBHOOKS_SECRET)");
        }

        host.Leftovers.ShouldBeEmpty();
    }

    [Fact]
    public async Task Sender_that_leaves_in_the_middle_leaves_no_file()
    {
        FakeJobs jobs = new();
        await using ApiHost host = await ApiHost.StartAsync(jobs);
        using TcpClient client = await BeginAsync(host);
        await Until.TrueAsync(() => host.Leftovers.Count > 0, "the beginning is on disk");

        client.Close();

        await Until.TrueAsync(() => host.Leftovers.Count == 0, "it is deleted");
        jobs.Submissions.ShouldBeEmpty();
    }

    /// <summary>Kestrel measures how fast a body comes; here it is strict, so that the test is quick.</summary>
    [Fact]
    public async Task Sender_that_stalls_is_told_so_and_leaves_no_file()
    {
        FakeJobs jobs = new();
        await using ApiHost host = await ApiHost.StartAsync(
            jobs, limit: static limits => limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1e9, gracePeriod: TimeSpan.FromSeconds(1.001)));
        using TcpClient client = await BeginAsync(host);

        using StreamReader answer = new(client.GetStream());
        string text = await answer.ReadToEndAsync(TestContext.Current.CancellationToken);

        text.ShouldStartWith("HTTP/1.1 408");
        text.ShouldContain("\"code\":\"request_timeout\"");
        host.Leftovers.ShouldBeEmpty();
        jobs.Submissions.ShouldBeEmpty();
    }

    private static Task<HttpResponseMessage> SubmitAsync(ApiHost host, byte[] sound, params (string Name, string Value)[] fields)
    {
        MultipartFormDataContent form = new() { { new ByteArrayContent(sound), "file", "hello.wav" } };
        foreach ((string name, string value) in fields)
            form.Add(new StringContent(value), name);
        return host.SendAsync(HttpMethod.Post, "/jobs", form);
    }

    /// <summary>Sends the first half of a form.</summary>
    private static async Task<TcpClient> BeginAsync(ApiHost host)
    {
        const int half = 300_000;
        TcpClient client = new();
        await client.ConnectAsync(host.Address.Host, host.Address.Port, TestContext.Current.CancellationToken);
        string head = string.Create(CultureInfo.InvariantCulture, $"""
            POST /api/v1/jobs HTTP/1.1
            Host: {host.Address.Authority}
            Content-Type: multipart/form-data; boundary=b
            Content-Length: {2 * half}

            --b
            Content-Disposition: form-data; name="file"; filename="talk.wav"


            """).ReplaceLineEndings("\r\n");
        await client.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. new byte[half]], TestContext.Current.CancellationToken);
        return client;
    }
}
