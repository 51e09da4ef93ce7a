using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Parley.Server.Tests.OpenAi;

/// <summary>docs/api.md against a whole server with the shipped models.</summary>
[Trait("Group", "e2e")]
public sealed partial class ApiDocumentTests(LiveServer server) : IClassFixture<LiveServer>
{
    [Fact]
    public async Task Every_example_runs()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The examples are for a shell with curl.");
        string[] examples = [.. Blocks().Matches(await File.ReadAllTextAsync(Path.Combine(TestPaths.Root, "docs", "api.md"))).Select(match => match.Groups[1].Value)];
        examples.Length.ShouldBeGreaterThan(8);

        foreach (string example in examples)
        {
            ProcessStartInfo start = new("bash", ["-c", example]) { WorkingDirectory = TestPaths.Root, UseShellExecute = false, RedirectStandardOutput = true };
            start.Environment["PARLEY"] = server.BaseUrl.GetLeftPart(UriPartial.Authority);
            using Process shell = Process.Start(start)!;
            string output = await shell.StandardOutput.ReadToEndAsync();
            await shell.WaitForExitAsync();
            shell.ExitCode.ShouldBe(0, example);
            output.Trim().ShouldNotBeEmpty(example);
        }
    }

    [GeneratedRegex("^```bash\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blocks();
}
