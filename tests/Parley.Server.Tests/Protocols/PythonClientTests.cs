using System.Diagnostics;
using System.Text.Json.Nodes;
using Parley.Server.Auth;
using Parley.Server.Configuration;
using Parley.Server.Jobs;

namespace Parley.Server.Tests.Protocols;

/// <summary>A client of another language and library, written from the specification, against the real protocol.</summary>
[Trait("Group", "e2e")]
public sealed class PythonClientTests
{
    // Debian's, which has python3-websockets.
    private const string Python = "/usr/bin/python3";

    private static readonly Lazy<Task<bool>> HasLibrary = new(async () => File.Exists(Python) && (await StartAsync(Python, "-c", "import websockets")).ExitCode == 0);

    [Theory]
    [InlineData("json")]
    [InlineData("srt", "--format", "srt")]
    [InlineData("json", "--chunk-size", "100000")]
    public async Task A_recording_becomes_a_transcript(string format, params string[] options)
    {
        await using ProtocolHost host = await StartHostAsync();
        host.Jobs.OnSubmit = job =>
        {
            host.Jobs.Tell(new JobEvent.Queued(job.Id, new QueuePlace(1, TimeSpan.FromSeconds(9))));
            host.Jobs.Tell(new JobEvent.Progressed(job.Id, 0, "开始处理"));
            host.Jobs.Tell(new JobEvent.Progressed(job.Id, 90, "转录进度: 90.0%"));
            return new SubmitOutcome.Accepted(new QueuePlace(1, default), IsWaiting: false);
        };
        Task completing = Task.Run(async () =>
        {
            await Until.TrueAsync(() => !host.Jobs.Submissions.IsEmpty);
            JobSubmission job = host.Jobs.Submissions.Single();
            host.Jobs.Tell(new JobEvent.Completed(job.Id, TestTranscripts.Result(job.Id, job.Options)));
        });

        (int exitCode, string output, string error) = await RunAsync(host, [TestPaths.Sample("interview.wav"), .. options]);

        await completing;
        exitCode.ShouldBe(0, error);
        if (format == "srt")
            output.ShouldStartWith("1\n00:00:00,110 --> 00:00:01,130\nSpeaker1:你好，\n");
        else
            JsonNode.Parse(output)!["speakers"]!.AsArray().Count.ShouldBe(2);
        host.Log.AboveWarning.ShouldBeEmpty();
    }

    [Fact]
    public async Task Questions_are_answered_and_a_token_lets_in()
    {
        AuthOptions auth = new() { Enabled = true, SecretKey = "a key of this test alone, long enough" };
        await using ProtocolHost host = await StartHostAsync(auth);
        string token = new TokenIssuer(auth, TimeProvider.System).Issue("fang");
        JobStatus running = host.Jobs.Know(JobState.Processing, user: "fang");

        (await RunAsync(host, "--ping")).ExitCode.ShouldBe(1);
        (await RunAsync(host, "--ping", "--token", token)).ExitCode.ShouldBe(0);
        (await RunAsync(host, "--status", $"{running.Id}", "--token", token)).Output.ShouldContain("\"processing\"");
        (await RunAsync(host, "--status", $"{running.Id}", "x", "--token", token)).Output.ShouldContain("task_not_found");
        (await RunAsync(host, "--cancel", $"{running.Id}", "--token", token)).Output.ShouldContain($"{running.Id}");
        (await RunAsync(host, "--cancel", $"{running.Id}", "--token", token)).Error.ShouldContain("cancel_failed");
    }

    private static async Task<ProtocolHost> StartHostAsync(AuthOptions? auth = null)
    {
        Assert.SkipUnless(await HasLibrary.Value, "Needs Debian's python3-websockets.");
        return await ProtocolHost.StartAsync(options => options with { Auth = auth ?? options.Auth });
    }

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(ProtocolHost host, params string[] arguments)
        => StartAsync(Python, [Path.Combine(TestPaths.Root, "tests", "clients", "parley_client.py"), "--url", host.Address.ToString(), .. arguments]);

    private static async Task<(int ExitCode, string Output, string Error)> StartAsync(string program, params string[] arguments)
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(180));
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(late.Token), error = process.StandardError.ReadToEndAsync(late.Token);
            await process.WaitForExitAsync(late.Token);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
