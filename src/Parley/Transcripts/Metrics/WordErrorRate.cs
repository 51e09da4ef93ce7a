namespace Parley.Transcripts.Metrics;

/// <summary>Word error rate (Wer): edits for each word of the reference. In mixed text each ideograph is a word, which others call mixed or token error rate.</summary>
/// <remarks>
/// A word is a run of letters, digits and inner apostrophes in lower case; every Chinese, Japanese or Korean character stands for itself.
/// Punctuation, symbols and blanks only separate.
/// </remarks>
public static class WordErrorRate
{
    /// <summary>Compares a text with its reference.</summary>
    public static ErrorRate Compute(string reference, string hypothesis)
        => EditDistance.Compute(TextUnits.Words(reference), TextUnits.Words(hypothesis));
}
