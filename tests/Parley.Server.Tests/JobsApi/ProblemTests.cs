using System.Text.RegularExpressions;
using Parley.Server.Jobs;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Tests.Protocols;

namespace Parley.Server.Tests.JobsApi;

public sealed partial class ProblemTests
{
    [Fact]
    public void The_document_lists_every_problem_with_its_status()
    {
        string document = File.ReadAllText(Path.Combine(TestPaths.Root, "docs", "problems.md"));

        string[] listed = [.. Rows().Matches(document).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}")];

        listed.Order(StringComparer.Ordinal).ShouldBe(Problems.All.Select(kind => $"{kind.Code} {kind.Status}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nothing_but_a_job_of_ones_own_is_a_job()
    {
        FakeJobs jobs = new();
        JobStatus mine = jobs.Know(JobState.Pending, user: "anna"), theirs = jobs.Know(JobState.Pending, user: "bert");
        await using ApiHost host = await ApiHost.StartAsync(jobs, options => options with { Auth = ApiHost.Authentication });
        string token = host.TokenFor("anna");

        (await ApiHost.JsonAsync(await host.GetAsync($"/jobs/{mine.Id}", token))).GetProperty("id").GetGuid().ShouldBe(mine.Id);
        foreach (string path in (string[])[$"{theirs.Id}", $"{Guid.NewGuid()}", "1", $"{{{mine.Id}}}", $"{mine.Id:N}", "..%2f..%2fetc%2fpasswd", "%01", "%3Cscript%3E"])
            await ApiHost.ProblemAsync(await host.GetAsync($"/jobs/{path}", token), Problems.UnknownJob);
    }

    [Fact]
    public async Task Addresses_and_methods_that_are_not_there_are_problems()
    {
        await using ApiHost host = await ApiHost.StartAsync(new FakeJobs());

        await ApiHost.ProblemAsync(await host.GetAsync("/nothing/here"), Problems.NotFound);
        HttpResponseMessage answer = await host.SendAsync(HttpMethod.Put, $"/jobs/{Guid.NewGuid()}");
        await ApiHost.ProblemAsync(answer, Problems.MethodNotAllowed);
        answer.Content.Headers.Allow.ShouldContain("GET");
    }

    [GeneratedRegex(@"^\| `(\w+)` \| (\d{3}) \|", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rows();
}
