namespace Parley.Punctuation;

/// <summary>What happens at the end of a punctuated text.</summary>
internal enum FinalEdit
{
    /// <summary>It ends well.</summary>
    Keep,

    /// <summary>Its last character becomes a period.</summary>
    Replace,

    /// <summary>A period is added.</summary>
    Append,
}

/// <summary>The rule that every text ends with a period or a question mark.</summary>
internal static class FinalMark
{
    /// <summary>Applies the rule to the last token.</summary>
    /// <param name="token">The last token.</param>
    /// <param name="mark">Its mark as the network gave it.</param>
    /// <param name="compatibility">Which number to report for a mark that was put there by the rule.</param>
    /// <returns>The mark to report, the edit of the text, and whether the period is half-width.</returns>
    public static (int Mark, FinalEdit Edit, bool HalfWidth) Apply(string token, int mark, PunctuationCompatibility compatibility)
    {
        string written = MarkClasses.Text(mark, PunctuationTokenizer.IsAscii(token));
        char last = written.Length > 0 ? written[^1] : token[^1];
        (FinalEdit edit, bool halfWidth) = last switch
        {
            '，' or '、' => (FinalEdit.Replace, false),
            ',' => (FinalEdit.Replace, true),
            '。' or '？' or '.' or '?' => (FinalEdit.Keep, false),
            _ => (FinalEdit.Append, char.IsAscii(last)),
        };
        int reported = (compatibility, edit) switch
        {
            (PunctuationCompatibility.None, _) => MarkClasses.EndsSentence(mark) ? mark : MarkClasses.Period,
            (_, FinalEdit.Keep) => mark,
            (PunctuationCompatibility.FunAsr143, _) => MarkClasses.Period,
            (_, FinalEdit.Append) => MarkClasses.Comma,
            _ => mark,
        };
        return (reported, edit, halfWidth);
    }
}
