using System.Text;

namespace Parley.Punctuation;

/// <summary>A whole text with its marks, as the reference writes it: capital letters after sentence ends, blanks between and before English words.</summary>
internal static class PunctuatedText
{
    /// <summary>Writes the text and applies <see cref="FinalMark"/>.</summary>
    /// <param name="tokens">Tokens, shape [n].</param>
    /// <param name="decoded">Their marks.</param>
    /// <param name="compatibility">Which number the last mark gets.</param>
    /// <returns>The text, which may begin with a blank, and the marks to report, shape [n]; empty without tokens.</returns>
    public static (string Text, int[] Marks) Render(IReadOnlyList<string> tokens, DecodedMarks decoded, PunctuationCompatibility compatibility)
    {
        int[] marks = [.. decoded.Marks];
        StringBuilder text = new();
        if (tokens.Count == 0)
            return ("", marks);

        for (int block = 0; block < decoded.BlockStarts.Count; block++)
        {
            int start = decoded.BlockStarts[block];
            int end = block + 1 < decoded.BlockStarts.Count ? decoded.BlockStarts[block + 1] : tokens.Count;
            for (int i = start; i < end; i++)
                Append(text, tokens, marks, i, blockStart: i == start);
        }

        (marks[^1], FinalEdit edit, bool halfWidth) = FinalMark.Apply(tokens[^1], marks[^1], compatibility);
        if (edit == FinalEdit.Replace)
            text.Length--;
        if (edit != FinalEdit.Keep)
            text.Append(MarkClasses.Text(MarkClasses.Period, halfWidth));
        return (text.ToString(), marks);
    }

    private static void Append(StringBuilder text, IReadOnlyList<string> tokens, int[] marks, int i, bool blockStart)
    {
        string token = tokens[i];
        bool ascii = PunctuationTokenizer.IsAscii(token);
        if (ascii && (blockStart || PunctuationTokenizer.IsAscii(tokens[i - 1])))
            text.Append(' ');
        bool sentenceStart = blockStart || MarkClasses.EndsSentence(marks[i - 1]);
        text.Append(ascii && sentenceStart ? Capitalize(token) : token);
        text.Append(MarkClasses.Text(marks[i], ascii));
    }

    // The rest of the word becomes small, so "AI" becomes "Ai": the reference does so.
    private static string Capitalize(string token) => token[..1].ToUpperInvariant() + token[1..].ToLowerInvariant();
}
