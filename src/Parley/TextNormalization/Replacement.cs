namespace Parley.TextNormalization;

/// <summary>Words that become one.</summary>
/// <param name="Start">The first of them.</param>
/// <param name="End">Behind the last of them.</param>
/// <param name="Text">What they become.</param>
internal readonly record struct Replacement(int Start, int End, string Text);

/// <summary>What a rule says about a stretch of text.</summary>
/// <param name="End">Where the text goes on.</param>
/// <param name="Replacements">In order, none beyond <paramref name="End"/>; empty for a stretch that stays as it is.</param>
internal sealed record RuleMatch(int End, params IReadOnlyList<Replacement> Replacements)
{
    /// <summary>Whether something was written in figures.</summary>
    public bool IsWritten => Replacements.Count > 0;

    /// <summary>A stretch that ends with its last replacement.</summary>
    public static RuleMatch Of(IReadOnlyList<Replacement> replacements) => new(replacements[^1].End, replacements);
}
