using System.Text;

namespace Parley.Punctuation;

/// <summary>Where blanks stand between words: none inside Chinese or Japanese, one around words of alphabetic scripts and of Korean.</summary>
internal static class WordSpacing
{
    // Thai and the scripts after it are written without blanks between words, until Georgian; CJK begins at 0x2E80.
    private const int AlphabetsEnd = 0x0E00, LatinAdditionalStart = 0x1E00, LatinAdditionalEnd = 0x2000, CjkStart = 0x2E80;

    /// <summary>Whether a blank belongs between two neighbouring words.</summary>
    /// <remarks>Digits after each other stay together as long as they come one by one, as a recogniser of Chinese gives them.</remarks>
    public static bool NeedsBlank(string left, string right)
    {
        if (left.Length == 0 || right.Length == 0)
            return false;
        if (IsAlphabetic(left) || IsAlphabetic(right))
            return true;
        return char.IsAscii(left[^1]) && char.IsAscii(right[0]) && (left.Length > 1 || right.Length > 1);
    }

    /// <summary>Whether a sentence gets half-width marks: it has a word of an alphabetic script or of Korean, and no Chinese or Japanese.</summary>
    public static bool IsAlphabeticText(IEnumerable<string> words)
    {
        bool found = false;
        foreach (string word in words)
        {
            foreach (Rune rune in word.EnumerateRunes())
            {
                if (rune.Value >= CjkStart && !IsHangul(rune))
                    return false;
                found |= IsAlphabetic(rune);
            }
        }

        return found;
    }

    private static bool IsAlphabetic(string word)
    {
        foreach (Rune rune in word.EnumerateRunes())
        {
            if (IsAlphabetic(rune))
                return true;
        }

        return false;
    }

    private static bool IsAlphabetic(Rune rune)
        => (rune.Value is < AlphabetsEnd or (>= LatinAdditionalStart and < LatinAdditionalEnd) && Rune.IsLetter(rune)) || IsHangul(rune);

    private static bool IsHangul(Rune rune) => rune.Value is (>= 0x1100 and <= 0x11FF) or (>= 0x3130 and <= 0x318F) or (>= 0xAC00 and <= 0xD7AF);
}
