using System.Text;
using Parley.Transcripts.Cues;

namespace Parley.Transcripts.Metrics;

/// <summary>Texts as the units that error rates count.</summary>
internal static class TextUnits
{
    private const int FullWidthFirst = 0xFF01;
    private const int FullWidthLast = 0xFF5E;
    private const int FullWidthOffset = 0xFEE0;

    /// <summary>Letters, digits and marks, lower case, one by one.</summary>
    public static List<string> Characters(string text)
    {
        List<string> units = [];
        foreach (Rune rune in text.EnumerateRunes())
        {
            Rune plain = Plain(rune);
            if (Counts(plain))
                units.Add(plain.ToString());
        }

        return units;
    }

    /// <summary>Words of alphabetic scripts; ideographs one by one.</summary>
    public static List<string> Words(string text)
    {
        List<string> units = [];
        StringBuilder word = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            Rune plain = Plain(rune);
            if (Counts(plain) && DisplayWidth.Of(plain) == 2)
            {
                Close();
                units.Add(plain.ToString());
            }
            else if (Counts(plain) || plain.Value == '\'')
            {
                word.Append(plain.ToString());
            }
            else
            {
                Close();
            }
        }

        Close();
        return units;

        void Close()
        {
            string closed = word.ToString().Trim('\''); // outer apostrophes are quotes
            if (closed.Length > 0)
                units.Add(closed);
            word.Clear();
        }
    }

    private static bool Counts(Rune rune) => Rune.IsLetterOrDigit(rune) || IsMark(rune);

    // Combining marks belong to their letters in many scripts.
    private static bool IsMark(Rune rune)
        => Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;

    private static Rune Plain(Rune rune)
    {
        if (rune.Value is >= FullWidthFirst and <= FullWidthLast)
            rune = new Rune(rune.Value - FullWidthOffset);
        return rune.Value == 0x2019 ? new Rune('\'') : Rune.ToLowerInvariant(rune);
    }
}
