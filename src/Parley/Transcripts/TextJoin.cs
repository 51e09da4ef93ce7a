using System.Text;
using Parley.Transcripts.Cues;

namespace Parley.Transcripts;

/// <summary>How two sentences stand side by side.</summary>
internal static class TextJoin
{
    /// <summary>Whether a blank belongs between a text that ends with <paramref name="last"/> and one that begins with <paramref name="first"/>: not where one of them is Chinese.</summary>
    public static bool NeedsBlank(char last, char first)
        => !char.IsWhiteSpace(last) && !char.IsWhiteSpace(first) && !IsWide(last) && !IsWide(first);

    // Ideographs beyond the basic plane arrive as surrogate halves; what else lives there (emoji) is wide as well.
    private static bool IsWide(char value) => char.IsSurrogate(value) || DisplayWidth.Of(new Rune(value)) == 2;
}
