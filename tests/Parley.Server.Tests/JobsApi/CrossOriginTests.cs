using System.Net;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Tests.Protocols;

namespace Parley.Server.Tests.JobsApi;

/// <summary>Closing a session stands for everything that changes something.</summary>
public sealed class CrossOriginTests(CrossOriginTests.Server server) : IClassFixture<CrossOriginTests.Server>
{
    private readonly ApiHost _host = server.Host;

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1.evil.example:{port}")]
    [InlineData("Origin", "http://127.0.0.1")]
    [InlineData("Origin", "file://")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Pages_of_other_sites_change_nothing(string header, string value)
    {
        HttpResponseMessage answer = await _host.SendAsync(HttpMethod.Delete, "/session", headers: (header, Expand(value)));

        await ApiHost.ProblemAsync(answer, Problems.CrossOrigin);
        answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
    }

    [Theory]
    [InlineData("Origin", "http://127.0.0.1:{port}")]
    [InlineData("Origin", "https://127.0.0.1:{port}")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("User-Agent", "a program")]
    public async Task Pages_of_this_server_and_programs_may(string header, string value)
        => (await _host.SendAsync(HttpMethod.Delete, "/session", headers: (header, Expand(value)))).StatusCode.ShouldBe(HttpStatusCode.NoContent);

    [Fact]
    public async Task Reading_is_not_refused_but_the_answer_is_not_shared()
    {
        HttpResponseMessage answer = await _host.GetAsync("/session", token: null, ("Origin", "https://evil.example"));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
    }

    [Theory]
    [InlineData("https://evil.example", true)]
    [InlineData(ApiHost.Listed, false)]
    [InlineData("http://127.0.0.1:{port}", false)]
    [InlineData(null, false)]
    public async Task Sockets_of_pages_that_nobody_listed_are_refused_once_origins_are_listed(string? origin, bool isRefused)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(_host.Address, "/"));
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        if (origin is not null)
            request.Headers.TryAddWithoutValidation("Origin", Expand(origin));

        using HttpResponseMessage answer = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);

        (answer.StatusCode == HttpStatusCode.Forbidden).ShouldBe(isRefused);
    }

    [Fact]
    public async Task Listed_origins_may_ask_change_and_read()
    {
        HttpResponseMessage asked = await _host.SendAsync(HttpMethod.Options, "/session", headers:
            [("Origin", ApiHost.Listed), ("Access-Control-Request-Method", "DELETE"), ("Access-Control-Request-Headers", "idempotency-key")]);
        HttpResponseMessage done = await _host.SendAsync(HttpMethod.Delete, "/session", headers: [("Origin", ApiHost.Listed), ("Sec-Fetch-Site", "cross-site")]);

        asked.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        asked.Headers.GetValues("Access-Control-Allow-Methods").Single().ShouldContain("DELETE");
        asked.Headers.GetValues("Access-Control-Allow-Headers").ShouldBe(["idempotency-key"]);
        done.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        done.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe([ApiHost.Listed]);
        done.Headers.GetValues("Access-Control-Expose-Headers").Single().ShouldContain("Upload-Offset");
        done.Headers.Vary.ShouldContain("Origin");
    }

    private string Expand(string value) => value.Replace("{port}", $"{_host.Address.Port}", StringComparison.Ordinal);

    public sealed class Server : IAsyncLifetime
    {
        internal ApiHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await ApiHost.StartAsync(new FakeJobs());

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
