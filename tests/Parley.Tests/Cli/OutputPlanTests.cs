using Parley.Cli;
using Parley.Cli.Transcribing;
using Parley.Transcripts;

namespace Parley.Tests.Cli;

public sealed class OutputPlanTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_recording_in_one_format_goes_to_standard_output()
    {
        Plan([_folder.Write("a.wav")], null).ShouldBe(["txt:-"]);
        Plan([_folder.Write("a.wav")], null, TranscriptFormat.Json).ShouldBe(["json:-"]);
        Plan([_folder.Write("a.wav")], "-", TranscriptFormat.Srt).ShouldBe(["srt:-"]);
        Plan(["-"], null).ShouldBe(["txt:-"]);
    }

    [Fact]
    public void Everything_else_goes_beside_the_recordings()
    {
        Plan([_folder.Write("x/a.wav"), _folder.Write("y/b.mp3")], null).ShouldBe(["txt:x/a.txt", "srt:x/a.srt", "txt:y/b.txt", "srt:y/b.srt"]);
        Plan([_folder["x/a.wav"]], null, TranscriptFormat.Json, TranscriptFormat.Sentences).ShouldBe(["json:x/a.json", "sentences:x/a.sentences.txt"]);
        Plan([_folder["x"]], null, TranscriptFormat.Vtt).ShouldBe(["vtt:x/a.vtt"]);
    }

    [Theory]
    [InlineData("out.srt", "srt:out.srt")]
    [InlineData("out.JSON", "json:out.JSON")]
    [InlineData("out.sentences.txt", "sentences:out.sentences.txt")]
    [InlineData("out", "txt:out/a.txt srt:out/a.srt")]
    [InlineData("out.d", "txt:out.d/a.txt srt:out.d/a.srt")]
    [InlineData("out.srt/", "txt:out.srt/a.txt srt:out.srt/a.srt")]
    public void The_output_is_a_file_when_its_name_ends_like_one(string output, string expected)
        => string.Join(' ', Plan([_folder.Write("a.wav")], _folder[output])).ShouldBe(expected);

    [Fact]
    public void A_named_format_wins_over_the_name_of_the_file()
        => Plan([_folder.Write("a.wav")], _folder["out.txt"], TranscriptFormat.Srt).ShouldBe(["srt:out.txt"]);

    [Fact]
    public void A_directory_that_is_called_like_a_file_is_a_directory()
    {
        Directory.CreateDirectory(_folder["out.srt"]);
        Plan([_folder.Write("a.wav")], _folder["out.srt"], TranscriptFormat.Txt).ShouldBe(["txt:out.srt/a.txt"]);
    }

    [Fact]
    public void Recordings_of_one_name_never_share_an_output()
    {
        string[] inputs = [_folder.Write("x/a.wav"), _folder.Write("x/A.mp3"), _folder.Write("y/a.wav"), _folder.Write("y/b.wav"), _folder.Write("x/a.wav.flac")];
        string[] expected = ["a.wav.srt", "A.mp3.srt", "a.wav (2).srt", "b.srt", "a.wav.flac.srt"];
        Plan(inputs, _folder["out"], TranscriptFormat.Srt).ShouldBe(expected.Select(name => $"srt:out/{name}"));
    }

    [Fact]
    public void Endings_of_two_formats_do_not_clash_either()
    {
        string[] inputs = [_folder.Write("talk.wav"), _folder.Write("talk.sentences.wav")];
        string[] planned = Plan(inputs, _folder["out"], TranscriptFormat.Txt, TranscriptFormat.Sentences);
        planned.Select(target => target.Split(':')[1]).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public void Folders_are_rebuilt_below_the_output()
    {
        _folder.Write("in/a.wav");
        _folder.Write("in/sub/a.wav");
        InputList inputs = InputList.Expand([_folder["in"]], recursive: true);
        Describe(OutputPlan.For(inputs, new OutputChoice(_folder["out"], [TranscriptFormat.Srt]))).ShouldBe(["srt:out/a.srt", "srt:out/sub/a.srt"]);
    }

    [Fact]
    public void Standard_input_has_a_name_of_its_own()
        => Plan(["-"], _folder["out"], TranscriptFormat.Srt).ShouldBe(["srt:out/stdin.srt"]);

    [Fact]
    public void Impossible_wishes_are_refused()
    {
        string a = _folder.Write("a.wav"), b = _folder.Write("b.wav"), text = _folder.Write("c.txt");
        Should.Throw<UsageException>(() => Plan([a, b], "-"));
        Should.Throw<UsageException>(() => Plan([a], "-", TranscriptFormat.Srt, TranscriptFormat.Txt));
        Should.Throw<UsageException>(() => Plan([a, b], _folder["out.srt"]));
        Should.Throw<UsageException>(() => Plan([a], _folder["out.srt"], TranscriptFormat.Srt, TranscriptFormat.Txt));
        Should.Throw<UsageException>(() => Plan(["-"], null, TranscriptFormat.Srt, TranscriptFormat.Txt));
        Should.Throw<UsageException>(() => Plan([a], a)).Message.ShouldContain("itself an input");
        Should.Throw<UsageException>(() => Plan([text, a], null)).Message.ShouldContain("itself an input");
    }

    private string[] Plan(string[] inputs, string? output, params TranscriptFormat[] formats)
        => Describe(OutputPlan.For(InputList.Expand(inputs, recursive: false), new OutputChoice(output, formats)));

    private string[] Describe(IEnumerable<PlannedInput> planned)
        => [.. planned.SelectMany(input => input.Targets).Select(target =>
            $"{target.Format.ToString().ToLowerInvariant()}:{(target.Path is null ? "-" : Path.GetRelativePath(_folder.Root, target.Path).Replace('\\', '/'))}")];
}
