namespace Parley.Transcripts.Metrics;

/// <summary>Character error rate (Cer): edits for each character of the reference.</summary>
/// <remarks>
/// Characters are letters, digits and ideographs in lower case, full-width forms as their plain ones. Punctuation, symbols and blanks do not count.
/// </remarks>
public static class CharacterErrorRate
{
    /// <summary>Compares a text with its reference.</summary>
    public static ErrorRate Compute(string reference, string hypothesis)
        => EditDistance.Compute(TextUnits.Characters(reference), TextUnits.Characters(hypothesis));
}
