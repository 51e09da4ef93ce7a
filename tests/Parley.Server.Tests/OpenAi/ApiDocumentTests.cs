using System.Diagnostics;
using System.Text.RegularExpressions;
using Parley.Server.Tests.Webhooks;

namespace Parley.Server.Tests.OpenAi;

/// <summary>docs/api.md and docs/jobs.md against a whole server with the shipped models.</summary>
[Trait("Group", "e2e")]
public sealed partial class ApiDocumentTests(LiveServer server) : IClassFixture<LiveServer>
{
    [Fact]
    public async Task Every_example_runs()
    {
        string[] examples = await ExamplesAsync("api.md");
        examples.Length.ShouldBeGreaterThan(8);
        foreach (string example in examples)
            (await RunAsync(example)).Trim().ShouldNotBeEmpty(example);
    }

    [Fact]
    public async Task The_examples_of_the_jobs_api_run_one_after_the_other()
    {
        string[] examples = await ExamplesAsync("jobs.md");
        examples.Length.ShouldBeGreaterThan(12);
        await using StandInReceiver receiver = await StandInReceiver.StartAsync();

        // What one of them names, those after it use.
        string output = await RunAsync(string.Join('\n', examples.Prepend("set -e")), receiver.Address);

        output.ShouldContain("202\n200\n");
        output.ShouldContain("arley-Job: /api/v1/jobs/");
        output.ShouldContain("ended: 204\n");
        output.ShouldContain("\"type\":\"job.completed\"");
        output.ShouldContain("again: 202\n");
        await Until.TrueAsync(() => receiver.Received.Count > 0, "the program is told");
        output.ShouldContain("event: end\n");
        output.ShouldContain("00:00:0");
        output.ShouldContain("not_cancellable");
        output.ShouldContain("204\n");
    }

    private static async Task<string[]> ExamplesAsync(string document)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The examples are for a shell with curl.");
        return [.. Blocks().Matches(await File.ReadAllTextAsync(Path.Combine(TestPaths.Root, "docs", document))).Select(match => match.Groups[1].Value)];
    }

    private async Task<string> RunAsync(string script, string receiver = "")
    {
        ProcessStartInfo start = new("bash", ["-c", script]) { WorkingDirectory = TestPaths.Root, UseShellExecute = false, RedirectStandardOutput = true };
        (start.Environment["PARLEY"], start.Environment["HOOK"]) = (server.BaseUrl.GetLeftPart(UriPartial.Authority), receiver);
        using Process shell = Process.Start(start)!;
        string output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        shell.ExitCode.ShouldBe(0, script + output);
        return output;
    }

    [GeneratedRegex("^```bash\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blocks();
}
