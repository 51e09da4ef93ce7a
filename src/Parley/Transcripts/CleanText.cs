using System.Globalization;
using System.Text;

namespace Parley.Transcripts;

/// <summary>Makes foreign text safe for formats in which lines carry meaning.</summary>
internal static class CleanText
{
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>
    /// One trimmed line: control characters, line ends and blanks of every kind become single blanks, invisible format characters
    /// (byte order marks, bidirectional overrides) vanish, half surrogate pairs become U+FFFD.
    /// </summary>
    public static string OneLine(string text)
    {
        StringBuilder line = new(text.Length);
        bool blankPending = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator:
                    blankPending = line.Length > 0;
                    break;
                case UnicodeCategory.Format when rune.Value is not (ZeroWidthJoiner or ZeroWidthNonJoiner):
                    break;
                default:
                    if (blankPending)
                        line.Append(' ');
                    blankPending = false;
                    line.Append(rune.ToString());
                    break;
            }
        }

        return line.ToString();
    }

    /// <summary>The same text with half surrogate pairs replaced by U+FFFD; all else stays.</summary>
    public static string WellFormed(string text)
    {
        // Nearly all texts have no pair at all, and long ones would take a string for each of their characters.
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return text;
        StringBuilder whole = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            whole.Append(rune.ToString());
        return whole.ToString();
    }

    /// <summary>One word without blanks; they become underscores. Never empty.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="otherwise">Taken when nothing is left of it.</param>
    public static string OneWord(string text, string otherwise)
    {
        string word = OneLine(text).Replace(' ', '_');
        return word.Length == 0 ? otherwise : word;
    }
}
