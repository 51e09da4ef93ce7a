using Parley.Cli.Transcribing;

namespace Parley.Tests.Cli;

public sealed class InputListTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public InputListTests()
    {
        foreach (string file in new[] { "a.wav", "b.MP3", "notes.txt", "a.srt", "program.ts", ".hidden.wav", "sub/c.m4a", "sub/deep/d.webm", "other/e.wav" })
            _folder.Write(file);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_stands_for_its_media_files()
    {
        Expand(false, _folder.Root).ShouldBe(["a.wav", "b.MP3"]);
        Expand(true, _folder.Root).ShouldBe(["a.wav", "b.MP3", "other/e.wav", "sub/c.m4a", "sub/deep/d.webm"]);
    }

    [Fact]
    public void Files_in_subfolders_know_where_they_lie()
        => InputList.Expand([_folder.Root], recursive: true).Files.Select(file => file.Below).ShouldBe(["", "", "other", "sub", "sub/deep"]);

    [Theory]
    [InlineData("*.wav", new[] { "a.wav" })]
    [InlineData("?.wav", new[] { "a.wav" })]
    [InlineData("*/*.wav", new[] { "other/e.wav" })]
    [InlineData("**/*.w*", new[] { "a.wav", "other/e.wav", "sub/deep/d.webm" })]
    [InlineData("s*/**/*.webm", new[] { "sub/deep/d.webm" })]
    [InlineData("sub/**", new[] { "sub/c.m4a", "sub/deep/d.webm" })]
    [InlineData(".h*", new[] { ".hidden.wav" })]
    public void Patterns_are_matched_when_the_shell_left_them(string pattern, string[] expected) => Expand(false, _folder[pattern]).ShouldBe(expected);

    [Fact]
    public void Any_file_can_be_named_and_each_counts_once()
        => Expand(false, _folder["notes.txt"], _folder["a.wav"], _folder.Root, _folder["sub/../a.wav"]).ShouldBe(["notes.txt", "a.wav", "b.MP3"]);

    [Fact]
    public void Only_one_named_file_or_standard_input_is_single()
    {
        InputList.Expand([_folder["a.wav"]], false).IsSingle.ShouldBeTrue();
        InputList.Expand(["-"], false).IsSingle.ShouldBeTrue();
        InputList.Expand([_folder["other"]], false).IsSingle.ShouldBeFalse();
        InputList.Expand([_folder["*.wav"]], false).IsSingle.ShouldBeFalse();
        InputList.Expand([_folder["a.wav"], _folder["b.MP3"]], false).IsSingle.ShouldBeFalse();
    }

    [Fact]
    public void What_names_nothing_is_a_problem_and_the_rest_goes_on()
    {
        Directory.CreateDirectory(_folder["empty"]);
        InputList inputs = InputList.Expand([_folder["nowhere.wav"], "", _folder["empty"], _folder["*.xyz"], _folder["a.wav"]], false);
        inputs.Files.Count.ShouldBe(1);
        inputs.Problems.Select(problem => problem.Name).ShouldBe([_folder["nowhere.wav"], "", _folder["empty"], _folder["*.xyz"]]);
    }

    [Fact]
    public void A_file_whose_name_looks_like_a_pattern_is_that_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "File names cannot hold an asterisk on Windows.");
        _folder.Write("odd*.wav");
        _folder.Write("oddity.wav");
        Expand(false, _folder["odd*.wav"]).ShouldBe(["odd*.wav"]);
    }

    private string[] Expand(bool recursive, params string[] arguments)
        => [.. InputList.Expand(arguments, recursive).Files.Select(file => Path.GetRelativePath(_folder.Root, file.Path!).Replace('\\', '/'))];
}
