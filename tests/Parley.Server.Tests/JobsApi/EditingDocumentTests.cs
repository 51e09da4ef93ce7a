using System.Diagnostics;
using System.Text.RegularExpressions;
using Parley.Server.Jobs;
using Parley.Server.Tests.Jobs;

namespace Parley.Server.Tests.JobsApi;

/// <summary>docs/editing.md against the real door and real jobs; only the engine is a fake.</summary>
public sealed partial class EditingDocumentTests
{
    [Fact]
    public async Task Every_example_runs()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The examples are for a shell with curl.");
        await using JobsHarness harness = await JobsHarness.StartAsync();
        byte[] sound = File.ReadAllBytes(TestPaths.Sample("hello.wav"));
        string job = await EditTests.CompleteAsync(harness, change: draft =>
        {
            File.WriteAllBytes(draft.Audio.Path, sound);
            return draft with { KeepRecording = true, Audio = new StoredAudio(draft.Audio.Path, draft.Audio.Md5, sound.Length) };
        });
        await using ApiHost host = await ApiHost.StartAsync(harness.Jobs);
        string[] examples = [.. Blocks().Matches(await File.ReadAllTextAsync(Path.Combine(TestPaths.Root, "docs", "editing.md"))).Select(match => match.Groups[1].Value)];
        examples.Length.ShouldBeGreaterThan(4);

        foreach (string example in examples)
        {
            ProcessStartInfo start = new("bash", ["-ec", example]) { WorkingDirectory = TestPaths.Root, UseShellExecute = false, RedirectStandardOutput = true };
            (start.Environment["PARLEY"], start.Environment["JOB"]) = (host.Address.GetLeftPart(UriPartial.Authority), job);
            using Process shell = Process.Start(start)!;
            string output = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
            shell.ExitCode.ShouldBe(0, example);
            output.Trim().ShouldNotBeEmpty(example);
        }
    }

    [GeneratedRegex("^```bash\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blocks();
}
