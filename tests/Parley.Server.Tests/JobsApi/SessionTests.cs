using System.Net;
using System.Text.Json;
using Parley.Server.Jobs;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Tests.Protocols;

namespace Parley.Server.Tests.JobsApi;

public sealed class SessionTests
{
    [Fact]
    public async Task A_cookie_takes_the_place_of_a_token_until_it_is_cleared()
    {
        FakeJobs jobs = new();
        JobStatus job = jobs.Know(JobState.Pending, user: "anna");
        await using ApiHost host = await ApiHost.StartAsync(jobs, options => options with { Auth = ApiHost.Authentication });
        HttpResponseMessage refused = await host.GetAsync($"/jobs/{job.Id}");
        await ApiHost.ProblemAsync(refused, Problems.Unauthorized);
        refused.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");

        HttpResponseMessage opened = await host.SendAsync(HttpMethod.Post, "/session", token: host.TokenFor("anna"));

        (await ApiHost.JsonAsync(opened)).GetProperty("user").GetString().ShouldBe("anna");
        string[] cookie = opened.Headers.GetValues("Set-Cookie").Single().Split("; ");
        cookie[1..].Select(part => part.ToLowerInvariant()).Order(StringComparer.Ordinal).ShouldBe(["httponly", "path=/", "samesite=strict"]);
        (await host.GetAsync($"/jobs/{job.Id}", token: null, ("Cookie", cookie[0]))).StatusCode.ShouldBe(HttpStatusCode.OK);
        JsonElement shown = await ApiHost.JsonAsync(await host.GetAsync("/session", token: null, ("Cookie", cookie[0])));
        shown.ToString().ShouldBe("""{"authentication":true,"user":"anna"}""");
        HttpResponseMessage closed = await host.SendAsync(HttpMethod.Delete, "/session");
        closed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        closed.Headers.GetValues("Set-Cookie").Single().ShouldStartWith("parley_session=; expires=Thu, 01 Jan 1970");
    }

    [Fact]
    public async Task Tokens_that_are_wrong_or_that_browsers_cannot_keep_open_no_session()
    {
        await using ApiHost host = await ApiHost.StartAsync(new FakeJobs(), options => options with { Auth = ApiHost.Authentication });

        HttpResponseMessage wrong = await host.SendAsync(HttpMethod.Post, "/session", token: "wrong");
        await ApiHost.ProblemAsync(wrong, Problems.Unauthorized);
        wrong.Headers.Contains("Set-Cookie").ShouldBeFalse();
        (await ApiHost.JsonAsync(await host.GetAsync("/session", token: null, ("Cookie", "parley_session=wrong")))).ToString().ShouldBe("""{"authentication":true,"user":null}""");
        HttpResponseMessage behindTls = await host.SendAsync(HttpMethod.Post, "/session", token: host.TokenFor("anna"), headers: ("X-Forwarded-Proto", "https"));
        behindTls.Headers.GetValues("Set-Cookie").Single().ShouldContain("; secure");
    }

    [Fact]
    public async Task Without_authentication_nobody_is_asked()
    {
        await using ApiHost host = await ApiHost.StartAsync(new FakeJobs());

        HttpResponseMessage opened = await host.SendAsync(HttpMethod.Post, "/session", token: "anything");

        (await ApiHost.JsonAsync(opened)).ToString().ShouldBe("""{"authentication":false,"user":null}""");
        opened.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }
}
