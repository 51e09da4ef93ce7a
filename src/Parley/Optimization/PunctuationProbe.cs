using Parley.Inference;
using Parley.Models;
using Parley.Punctuation;

namespace Parley.Optimization;

/// <summary>Texts of several lengths from the network's own vocabulary; the marks that it puts into them.</summary>
internal sealed class PunctuationProbe(PunctuationModelFiles files) : StageProbe
{
    private const int Prime = 7919;
    private static readonly int[] Lengths = [12, 60, 180];

    private readonly string[][] _texts = [.. Lengths.Select(length => Text(files.Tokens, length))];

    public override string DecisionName => "marks";

    public override ProbeAnswer Ask(ModelSession session, CancellationToken cancellationToken)
    {
        // Not disposed: the session stays the caller's.
        CtTransformerPunctuator punctuator = new(session, files.Tokens, new PunctuationOptions { MarkList = files.Config.Marks });
        return new ProbeAnswer(
            [.. _texts.Select(text => punctuator.Punctuate(text, cancellationToken).Select(mark => mark.ToString()).ToArray())],
            Scores(ModelStage.Punctuation, session, "logits", cancellationToken));
    }

    // Words from all over the list, the same each time; markers such as <unk> are none.
    private static string[] Text(IReadOnlyList<string> tokens, int length)
        => [.. Enumerable.Range(1, length * 2).Select(i => tokens[(int)((long)i * Prime % tokens.Count)]).Where(token => token is not ['<', ..] and not "").Take(length)];
}
