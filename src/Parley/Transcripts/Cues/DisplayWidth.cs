using System.Globalization;
using System.Text;

namespace Parley.Transcripts.Cues;

/// <summary>How wide text is on a screen, in columns of a Latin letter.</summary>
/// <remarks>Unicode Standard Annex 11, classes W and F; ambiguous characters count as narrow. Blocks rather than single characters: a subtitle needs no more.</remarks>
internal static class DisplayWidth
{
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x2E80, 0x303E), (0x3041, 0xA4CF), (0xA960, 0xA97F), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE10, 0xFE19),
        (0xFE30, 0xFE6F), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x16FE0, 0x18DFF), (0x1AFF0, 0x1B2FF), (0x1F300, 0x1F64F),
        (0x1F680, 0x1F6FF), (0x1F900, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    /// <summary>2 for Chinese, Japanese, Korean characters and emoji, 0 for combining marks and joiners, else 1.</summary>
    public static int Of(Rune rune)
    {
        if (rune.Value < Wide[0].First)
        {
            return rune.Value >= 0x300
                && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0 : 1;
        }

        foreach ((int first, int last) in Wide)
        {
            if (rune.Value <= last)
            {
                if (rune.Value >= first)
                    return 2;
                break;
            }
        }

        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0 : 1;
    }

    /// <summary>Sum over the characters.</summary>
    public static int Of(ReadOnlySpan<char> text)
    {
        int columns = 0;
        foreach (Rune rune in text.EnumerateRunes())
            columns += Of(rune);
        return columns;
    }
}
