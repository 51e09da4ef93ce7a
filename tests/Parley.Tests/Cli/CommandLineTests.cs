using System.CommandLine;
using Parley.Cli;
using Parley.Cli.Commands;
using Parley.Cli.Terminals;
using Parley.Tests.Models;

namespace Parley.Tests.Cli;

/// <summary>The real program, as far as it needs no models.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Version_names_program_runtime_and_bundles()
    {
        using BundleFolder bundles = new();
        bundles.WriteStandardManifest();
        Dictionary<string, string> environment = new() { ["FUNASR_MODEL_DIR"] = Path.GetDirectoryName(bundles.Root)! };

        CliResult result = await CliProcess.RunAsync(_folder.Root, environment, null, "--version");

        result.ExitCode.ShouldBe(0);
        string[] lines = result.Output.Split('\n');
        lines[0].ShouldStartWith("parley ");
        lines[1].ShouldStartWith(".NET 10.");
        lines[2].ShouldMatch(@"^ONNX Runtime 1\.\d+\.\d+$");
        lines[3].ShouldContain(Path.GetFileName(bundles.Root));
        result.Error.ShouldBeEmpty();
    }

    [Fact]
    public void Every_command_has_help_with_an_example()
    {
        using Terminal terminal = new(Stream.Null, TextWriter.Null, () => Stream.Null);
        List<string> seen = [];
        Check(CommandLine.Build(terminal));
        seen.ShouldContain("parley transcribe");
        seen.ShouldContain("parley models verify");

        void Check(Command command)
        {
            string name = CommandLine.NameOf(command);
            seen.Add(name);
            using StringWriter output = new();
            int exitCode = command.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = output });
            _ = exitCode;
            if (command is not RootCommand)
                ((ExampleCommand)command).Examples.ShouldContain(name);
            command.Description.ShouldNotBeNullOrWhiteSpace();
            command.Options.ShouldAllBe(option => !string.IsNullOrWhiteSpace(option.Description));
            command.Arguments.ShouldAllBe(argument => !string.IsNullOrWhiteSpace(argument.Description));
            foreach (Command subcommand in command.Subcommands)
                Check(subcommand);
        }
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("transcribe --help")]
    [InlineData("models --help")]
    [InlineData("models verify -h")]
    [InlineData("eval --help")]
    public async Task Help_calls_the_program_by_its_name_and_ends_with_an_example(string args)
    {
        CliResult result = await CliProcess.RunAsync(_folder.Root, args.Split(' '));
        result.ExitCode.ShouldBe(0);
        result.Output.ShouldContain("Usage:\n  parley ");
        result.Output.ShouldNotContain("Parley.Cli");
        result.Output.ShouldContain("Examples:\n  parley ");
        result.Output.Split('\n').ShouldAllBe(line => line.Length <= 120);
    }

    [Theory]
    [InlineData("", "Usage:")]
    [InlineData("bogus", "'bogus'")]
    [InlineData("transcribe", "transcribe")]
    [InlineData("transcribe x.wav --nonsense", "--nonsense")]
    [InlineData("transcribe x.wav -f pdf", "Unknown format 'pdf'")]
    [InlineData("transcribe x.wav --speakers two", "--speakers must be a number between 1 and 1000, found 'two'")]
    [InlineData("transcribe x.wav --speakers 0", "--speakers must be")]
    [InlineData("transcribe x.wav --threads 0", "--threads must be")]
    [InlineData("transcribe x.wav --batch-seconds 0.5", "--batch-seconds must be")]
    [InlineData("transcribe x.wav --vad-profile 1", "classic")]
    [InlineData("transcribe x.wav --speakers 2 --max-speakers 3", "leave out")]
    [InlineData("transcribe x.wav --min_speakers 3 --max_speakers 2", "--min-speakers 3 is more than --max-speakers 2")]
    [InlineData("transcribe x.wav --no-diarize --speakers 2", "--no-diarize")]
    [InlineData("transcribe x.wav --overwrite --skip-existing", "contradict")]
    [InlineData("transcribe x.wav --config nowhere.json", "nowhere.json")]
    [InlineData("models", "models")]
    [InlineData("eval", "--reference")]
    [InlineData("eval --reference a.txt", "--hypothesis")]
    public async Task Wrong_usage_ends_with_status_2_and_says_why(string args, string expected)
    {
        CliResult result = await CliProcess.RunAsync(_folder.Root, args.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain(expected);
        result.Error.ShouldNotContain("   at ");
        result.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Missing_input_ends_with_status_1_before_models_are_looked_for()
    {
        CliResult result = await CliProcess.RunAsync(_folder.Root, "transcribe", "nowhere.wav", "no*.wav", "--models", "no-such-bundle");
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldBe("nowhere.wav: No such file or folder.\nno*.wav: No file matches this pattern.\n");
    }

    [Fact]
    public async Task Missing_input_is_what_is_reported_whatever_the_output_is()
    {
        CliResult result = await CliProcess.RunAsync(_folder.Root, "transcribe", "nowhere.wav", "-o", "talk.srt");
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldBe("nowhere.wav: No such file or folder.\n");
    }

    [Fact]
    public async Task Missing_bundle_is_one_line_and_a_stack_trace_only_when_asked_for()
    {
        string[] args = ["transcribe", _folder.Write("a.wav", "x"), "--models", "no-such-bundle"];
        CliResult brief = await CliProcess.RunAsync(_folder.Root, args);
        brief.ExitCode.ShouldBe(1);
        brief.Error.Trim().ShouldNotContain("\n");
        brief.Error.ShouldContain("'no-such-bundle' not found");

        CliResult full = await CliProcess.RunAsync(_folder.Root, [.. args, "--verbose"]);
        full.Error.ShouldStartWith(brief.Error);
        full.Error.ShouldContain("   at ");
    }

    [Fact]
    public async Task Arguments_that_look_like_options_or_lists_are_files_where_files_are_meant()
    {
        CliResult result = await CliProcess.RunAsync(_folder.Root, "transcribe", "@list", "--", "--model_x", "-y.wav");
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldBe("@list: No such file or folder.\n--model_x: No such file or folder.\n-y.wav: No such file or folder.\n");
    }

    [Fact]
    public async Task Models_list_show_and_verify_tell_good_bundles_from_bad_ones()
    {
        using BundleFolder good = new();
        good.WriteStandardManifest();

        CliResult list = await CliProcess.RunAsync(_folder.Root, new Dictionary<string, string> { ["FUNASR_MODEL_DIR"] = good.Root }, null, "models", "list");
        list.ExitCode.ShouldBe(0);
        list.Output.ShouldContain($"4 stages, ");
        list.Output.ShouldContain(good.Root);

        CliResult show = await CliProcess.RunAsync(_folder.Root, "models", "show", good.Root);
        show.ExitCode.ShouldBe(0);
        show.Output.ShouldContain("CC0-1.0");
        show.Output.ShouldContain(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BundleFolder.SmallestOnnx)));

        // The smallest file that can be a network is none that can be loaded.
        CliResult verify = await CliProcess.RunAsync(_folder.Root, "models", "verify", good.Root);
        verify.ExitCode.ShouldBe(1);
        verify.Error.ShouldContain("model.onnx");

        File.Delete(good["asr/tokens.json"]);
        CliResult damaged = await CliProcess.RunAsync(_folder.Root, "models", "show", good.Root);
        damaged.ExitCode.ShouldBe(1);
        damaged.Error.ShouldContain(good["asr/tokens.json"]);
    }

    [Fact]
    public async Task Eval_prints_error_rates()
    {
        string reference = _folder.Write("ref.txt", "Speaker1: 今天天气很好。\nSpeaker2: Hello world. 百分之二十\n");
        string hypothesis = _folder.Write("hyp.json", """
            {"segments":[{"start_time":0.0,"end_time":2.0,"text":"今天天气真好。","speaker":"Speaker1"},
                         {"start_time":2.0,"end_time":4.0,"text":"Hello world. 20%","speaker":"Speaker1"}]}
            """);
        string rttm = _folder.Write("ref.rttm", "SPEAKER x 1 0.000 2.000 <NA> <NA> a <NA> <NA>\nSPEAKER x 1 2.000 2.000 <NA> <NA> b <NA> <NA>\n");

        CliResult result = await CliProcess.RunAsync(_folder.Root, "eval", "--reference", reference, "--hypothesis", hypothesis, "--rttm", rttm, "--collar", "0", "--itn");

        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldBe(
            "CER  5.56 %   1 substituted, 0 deleted, 0 inserted in 18 characters\n"
            + "WER  11.11 %  1 substituted, 0 deleted, 0 inserted in 9 words\n"
            + "DER  50.00 %  missed 0.00 s, false alarm 0.00 s, confusion 2.00 s in 4.00 s of speech, collar 0 s\n");
    }

    [Theory]
    [InlineData("broken.json", "{}", "no JSON transcript")]
    [InlineData("broken.json", """{"segments":[{"text":5}]}""", "no JSON transcript")]
    [InlineData("broken.json", "[", "no JSON transcript")]
    public async Task Eval_names_files_that_it_cannot_read(string name, string contents, string expected)
    {
        string reference = _folder.Write("ref.txt", "text");
        CliResult result = await CliProcess.RunAsync(_folder.Root, "eval", "--reference", reference, "--hypothesis", _folder.Write(name, contents));
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain(name);
        result.Error.ShouldContain(expected);
    }

    [Fact]
    public async Task Eval_refuses_turns_of_two_recordings()
    {
        string rttm = _folder.Write("two.rttm", "SPEAKER x 1 0 1 <NA> <NA> a <NA> <NA>\nSPEAKER y 1 0 1 <NA> <NA> a <NA> <NA>\n");
        CliResult result = await CliProcess.RunAsync(_folder.Root, "eval", "--rttm", rttm, "--hypothesis-rttm", rttm);
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("2 recordings");
    }
}
