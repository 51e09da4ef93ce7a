using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Parley.Cli.Evaluating;
using Parley.Cli.Terminals;
using Parley.TextNormalization;
using Parley.Transcripts.Metrics;

namespace Parley.Cli.Commands;

/// <summary><c>parley eval</c>: how far a result is from its reference.</summary>
internal sealed class EvalCommand : ExampleCommand
{
    private const double MaxCollarSeconds = 10;

    private readonly Option<string?> _reference = new("--reference") { HelpName = "FILE", Description = "What was really said: a text, or a JSON transcript. Gives Cer and Wer." };

    private readonly Option<string?> _rttm = new("--rttm") { HelpName = "FILE", Description = "Who really spoke when, as RTTM. Gives the Der." };

    private readonly Option<string?> _hypothesis = new("--hypothesis")
    {
        HelpName = "FILE",
        Description = "The result to judge: a JSON transcript, or a text. Without --hypothesis-rttm its segments stand for the speakers' turns.",
    };

    private readonly Option<string?> _hypothesisRttm = new("--hypothesis-rttm") { HelpName = "FILE", Description = "The speakers' turns to judge, as RTTM." };

    private readonly Option<double?> _collar = NumberOption.Create(
        "--collar", [], "S", "Seconds on each side of every reference boundary that do not count for the Der. Default: 0.25.", 0.0, MaxCollarSeconds);

    private readonly Option<bool> _itn = new("--itn") { Description = "Write numbers of both texts in figures first, as parley transcribe --itn does, so that 百分之三 and 3% are the same." };

    // Obeyed where errors are caught, in CommandLine.
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Show stack traces of errors." };

    public EvalCommand(Terminal terminal)
        : base("eval", "Compare a transcript with a reference: error rates of characters, words, speakers.", """
            parley eval --reference talk.txt --hypothesis out/talk.json                                Cer and Wer
            parley eval --rttm talk.rttm --hypothesis-rttm out/talk.rttm                               Der
            parley eval --reference talk.txt --rttm talk.rttm --hypothesis out/talk.json --collar 0    all of them
            """)
    {
        foreach (Option option in new Option[] { _reference, _rttm, _hypothesis, _hypothesisRttm, _collar, _itn, _verbose })
            Options.Add(option);
        Validators.Add(CheckPairs);
        SetAction(parsed => Run(parsed, terminal.Output));
    }

    private void CheckPairs(CommandResult result)
    {
        bool Has(Option option) => result.GetResult(option) is not null;
        if (!Has(_reference) && !Has(_rttm))
            result.AddError("Give a reference: --reference for the text, --rttm for the speakers, or both.");
        if (Has(_reference) && !Has(_hypothesis))
            result.AddError("--reference needs --hypothesis, the transcript to judge.");
        if (Has(_rttm) && !Has(_hypothesis) && !Has(_hypothesisRttm))
            result.AddError("--rttm needs --hypothesis-rttm or --hypothesis, the turns to judge.");
    }

    private int Run(ParseResult parsed, TextWriter output)
    {
        List<string[]> rows = [];
        string? hypothesis = parsed.GetValue(_hypothesis);
        if (parsed.GetValue(_reference) is { } reference)
        {
            string expected = EvaluatedFile.ReadText(reference), found = EvaluatedFile.ReadText(hypothesis!);
            if (parsed.GetValue(_itn))
                (expected, found) = (InverseTextNormalizer.Normalize(expected), InverseTextNormalizer.Normalize(found));
            rows.Add(Row("CER", CharacterErrorRate.Compute(expected, found), "characters"));
            rows.Add(Row("WER", WordErrorRate.Compute(expected, found), "words"));
        }

        if (parsed.GetValue(_rttm) is { } rttm)
        {
            double collar = parsed.GetValue(_collar) ?? 0.25;
            DiarizationError error = DiarizationErrorRate.Compute(
                EvaluatedFile.ReadTurns(rttm), EvaluatedFile.ReadTurns(parsed.GetValue(_hypothesisRttm) ?? hypothesis!), TimeSpan.FromSeconds(collar));
            rows.Add(["DER", Percent(error.Rate), $"missed {error.MissedSeconds:F2} s, false alarm {error.FalseAlarmSeconds:F2} s, confusion {error.ConfusionSeconds:F2} s "
                + $"in {error.SpeechSeconds:F2} s of speech, collar {collar.ToString(CultureInfo.InvariantCulture)} s"]);
        }

        Columns.Write(output, rows);
        return ExitCode.Done;
    }

    private static string[] Row(string name, ErrorRate rate, string units)
        => [name, Percent(rate.Rate), $"{rate.Substitutions} substituted, {rate.Deletions} deleted, {rate.Insertions} inserted in {rate.ReferenceLength} {units}"];

    private static string Percent(double rate) => string.Create(CultureInfo.InvariantCulture, $"{rate * 100:F2} %");
}
