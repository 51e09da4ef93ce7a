using Parley.Asr;

namespace Parley.Transcripts.Edits;

/// <summary>Where the words of a sentence stand in its text.</summary>
public static class WordPieces
{
    /// <summary>Cuts a text at its words.</summary>
    /// <param name="text">The text of a sentence.</param>
    /// <param name="words">Its words, in order.</param>
    /// <returns>
    /// A piece for each word, with the marks and blanks that follow it, and for the first one those before it: joined, they are the text again.
    /// A word that is not found leaves its place to its neighbours. Empty without words.
    /// </returns>
    public static IReadOnlyList<string> Of(string text, IReadOnlyList<Word> words)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(words);
        int[] starts = Starts(text, words);
        string[] pieces = new string[words.Count];
        for (int i = 0; i < pieces.Length; i++)
        {
            int from = i == 0 ? 0 : starts[i], to = i + 1 < pieces.Length ? starts[i + 1] : text.Length;
            pieces[i] = text[from..to];
        }

        return pieces;
    }

    /// <summary>Where each word begins in the text; never falling.</summary>
    internal static int[] Starts(string text, IReadOnlyList<Word> words)
    {
        int[] starts = new int[words.Count];
        int position = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            int found = words[i].Text.Length == 0 ? -1 : text.IndexOf(words[i].Text, position, StringComparison.Ordinal);
            starts[i] = found < 0 ? position : found;
            position = starts[i] + (found < 0 ? 0 : words[i].Text.Length);
        }

        return starts;
    }
}
