using Parley.Cli;
using Parley.Cli.Devices;
using Parley.Cli.Terminals;
using Parley.Models;

namespace Parley.Tests.Cli;

public sealed class BenchRunTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringWriter _error = new();
    private readonly Terminal _terminal;

    public BenchRunTests() => _terminal = new Terminal(new MemoryStream(), _error, () => Stream.Null);

    public void Dispose()
    {
        _terminal.Dispose();
        _error.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(139, "its process ended with status 139")]
    [InlineData(0, "its process ended with status 0")]
    [InlineData(null, "it took too long and was ended")]
    public async Task A_device_whose_process_crashes_babbles_or_hangs_is_left_out(int? status, string expected)
    {
        List<string> calls = [];
        BenchRun run = new(_terminal, Trial(), (arguments, _) =>
        {
            calls.Add(string.Join(' ', arguments));
            return Task.FromResult(arguments.Contains("cuda:1") ? new ChildResult(status, "no result") : new ChildResult(ExitCode.Done, Result().ToJson()));
        });

        IReadOnlyList<BenchResult> results = await run.RunAsync(["cpu", "cuda:1"], BenchMode.Pool, ["--quantized"], "out", CancellationToken.None);

        results.ShouldHaveSingleItem().Device.ShouldBe("cpu");
        _error.ToString().ShouldContain($"cuda:1 is left out: {expected}.");
        calls[1].ShouldBe($"bench hello.wav --trial cuda:1 --runs 2 -o {Path.Combine("out", "cuda-1")} --quantized");
    }

    [Fact]
    public async Task Without_processes_of_their_own_a_device_that_is_not_there_is_left_out_too()
    {
        BenchRun run = new(_terminal, Trial(), (_, _) => throw new InvalidOperationException("must not start a process"));

        (await run.RunAsync(["cuda:7"], BenchMode.Lock, [], _folder.Root, CancellationToken.None)).ShouldBeEmpty();

        _error.ToString().ShouldContain("cuda:7 is left out: Device cuda:7 is not available");
        _folder.Files.ShouldBeEmpty();
    }

    private static BenchTrial Trial() => new(ModelBundle.Load(TestPaths.DemoBundle), "hello.wav", Runs: 2, Threads: null, UseOptimized: true, _ => { });

    private static BenchResult Result() => new()
    {
        Device = "cpu",
        Hardware = "a chip",
        AudioSeconds = 1,
        LoadSeconds = 1,
        RunSeconds = [1, 1],
        Stages = [],
        PeakMemoryBytes = 1,
        Lines = [],
        RunsAgree = true,
    };
}
