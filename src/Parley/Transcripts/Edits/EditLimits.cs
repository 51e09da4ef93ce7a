using System.Globalization;
using System.Text;

namespace Parley.Transcripts.Edits;

/// <summary>What operations may hold.</summary>
public static class EditLimits
{
    /// <summary>Characters (UTF-16) of a speaker's name.</summary>
    public const int MaxNameLength = 100;

    /// <summary>Characters (UTF-16) of a sentence.</summary>
    public const int MaxTextLength = 10_000;

    /// <summary>Operations of one request.</summary>
    public const int MaxOperations = 1000;

    /// <summary>A person's text, trimmed.</summary>
    /// <exception cref="EditException">It is too long, or holds what is no text: control characters, line ends, half a surrogate pair.</exception>
    internal static string Checked(string text, string what, int maxLength)
    {
        if (text.Length > maxLength)
            throw new EditException($"{what} is longer than {maxLength} characters. Shorten it.");
        for (int i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out Rune rune))
                throw new EditException($"{what} holds half a surrogate pair. Send well-formed text.");
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                throw new EditException($"{what} holds a control character or a line end (U+{rune.Value:X4}). Take it out.");
            i += rune.Utf16SequenceLength - 1;
        }

        return text.Trim();
    }
}
