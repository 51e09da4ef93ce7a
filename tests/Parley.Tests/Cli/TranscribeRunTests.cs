using System.Text;
using Parley.Cli.Terminals;
using Parley.Cli.Transcribing;
using Parley.Transcripts;

namespace Parley.Tests.Cli;

public sealed class TranscribeRunTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly MemoryStream _output = new();
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly List<string> _failures = [];

    public void Dispose() => _folder.Dispose();

    private string Output => Encoding.UTF8.GetString(_output.ToArray());

    [Fact]
    public async Task One_recording_is_written_to_standard_output_and_nothing_else()
    {
        await RunAsync(new FakeTranscriber(), new TranscribeRunOptions(Quiet: true), null, _folder.Write("a.wav"));
        Output.ShouldBe("Speaker1: a.wav\n");
        _error.ToString().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_recording_that_fails_does_not_stop_the_others()
    {
        await RunAsync(new FakeTranscriber(), new TranscribeRunOptions(), _folder["out"], _folder.Write("a.wav"), _folder.Write("bad.wav"), _folder.Write("c.wav"));

        _failures.ShouldBe([_folder["bad.wav"]]);
        Directory.EnumerateFiles(_folder["out"]).Select(Path.GetFileName).Order().ShouldBe(["a.srt", "a.txt", "c.srt", "c.txt"]);
        _error.ToString().ShouldContain($"{_folder["bad.wav"]}: bad.wav is damaged. Try another.\n");
        _error.ToString().ShouldContain("note: A note in two lines.\n");
        _error.ToString().ShouldContain("2 done, 1 failed: 0:02 of audio in ");
        _error.ToString().ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Verbose_shows_stages_and_stack_traces()
    {
        await RunAsync(new FakeTranscriber(), new TranscribeRunOptions(Verbose: true), _folder["out"], _folder.Write("a.wav"), _folder.Write("bad.wav"));
        _error.ToString().ShouldContain("asr: 0.50 s, m on cpu");
        _error.ToString().ShouldContain("   at ");
    }

    [Fact]
    public async Task Skip_existing_leaves_out_what_is_complete()
    {
        FakeTranscriber transcriber = new();
        string a = _folder.Write("a.wav"), b = _folder.Write("b.wav");
        _folder.Write("out/a.txt");
        _folder.Write("out/a.srt");
        _folder.Write("out/b.txt");

        await RunAsync(transcriber, new TranscribeRunOptions(SkipExisting: true), _folder["out"], a, b);

        transcriber.Heard.ShouldBe(["b.wav"]);
        _error.ToString().ShouldContain("1 done, 0 failed, 1 skipped");
    }

    [Fact]
    public async Task Files_beside_recordings_are_kept_before_any_work_is_done()
    {
        FakeTranscriber transcriber = new();
        string a = _folder.Write("a.wav"), b = _folder.Write("b.wav");
        _folder.Write("a.txt", "my notes");

        await RunAsync(transcriber, new TranscribeRunOptions(KeepExisting: true), null, a, b);

        transcriber.Heard.ShouldBe(["b.wav"]);
        _failures.ShouldBe([a]);
        File.ReadAllText(_folder["a.txt"]).ShouldBe("my notes");
        _error.ToString().ShouldContain("--overwrite");
        _folder.Files.ShouldBe(["a.txt", "a.wav", "b.srt", "b.txt", "b.wav"]);
    }

    [Fact]
    public async Task A_named_output_replaces_the_old_one()
    {
        _folder.Write("out.srt", "old");
        await RunAsync(new FakeTranscriber(), new TranscribeRunOptions(), _folder["out.srt"], _folder.Write("a.wav"));
        File.ReadAllText(_folder["out.srt"]).ShouldContain("a.wav");
    }

    [Fact]
    public async Task Cancellation_ends_the_run_and_leaves_nothing_half_done()
    {
        using CancellationTokenSource source = new();
        FakeTranscriber transcriber = new()
        {
            While = (input, _) =>
            {
                if (input.FileName == "b.wav")
                    source.Cancel();
            },
        };
        Task run = RunAsync(transcriber, new TranscribeRunOptions(), _folder["out"], source.Token, _folder.Write("a.wav"), _folder.Write("b.wav"), _folder.Write("c.wav"));

        await Should.ThrowAsync<OperationCanceledException>(run);

        transcriber.Heard.ShouldBe(["a.wav", "b.wav"]);
        Directory.EnumerateFileSystemEntries(_folder["out"]).Select(Path.GetFileName).Order().ShouldBe(["a.srt", "a.txt"]);
        _failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_fails_its_recordings_only()
    {
        _folder.Write("blocked", "a file where a directory should be");
        await RunAsync(new FakeTranscriber(), new TranscribeRunOptions(), _folder["blocked/out"], _folder.Write("a.wav"));
        _failures.Count.ShouldBe(1);
        _error.ToString().ShouldNotContain("defect");
    }

    [Fact]
    public async Task Words_are_in_the_json_when_asked_for()
    {
        await RunAsync(new FakeTranscriber(), new TranscribeRunOptions(IncludeWords: true, Quiet: true), "-", [TranscriptFormat.Json], default, _folder.Write("a.wav"));
        Output.ShouldContain("\"words\"");
    }

    private Task RunAsync(FakeTranscriber transcriber, TranscribeRunOptions options, string? output, params string[] inputs)
        => RunAsync(transcriber, options, output, [], default, inputs);

    private Task RunAsync(FakeTranscriber transcriber, TranscribeRunOptions options, string? output, CancellationToken token, params string[] inputs)
        => RunAsync(transcriber, options, output, [], token, inputs);

    private async Task RunAsync(
        FakeTranscriber transcriber, TranscribeRunOptions options, string? output, TranscriptFormat[] formats, CancellationToken token, params string[] inputs)
    {
        using Terminal terminal = new(_output, _error, () => Stream.Null);
        TranscribeRun run = new(transcriber, terminal, new SilentProgress(), options, TimeProvider.System);
        await run.RunAsync(OutputPlan.For(InputList.Expand(inputs, recursive: false), new OutputChoice(output, formats)), _failures, token);
        run.Summarize(_failures);
    }
}
