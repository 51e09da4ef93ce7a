using System.Text;
using Parley.Transcripts.Cues;

namespace Parley.Transcripts.Edits;

/// <summary>A word in a text, [Start, End) in UTF-16 units.</summary>
internal readonly record struct TextToken(int Start, int End)
{
    public int Length => End - Start;
}

/// <summary>Finds the words of a text as recognisers give them: characters of Chinese one by one, words of alphabetic scripts between blanks and without outer marks.</summary>
internal static class TextTokens
{
    public static List<TextToken> Of(string text)
    {
        List<TextToken> tokens = [];
        int start = -1, end = -1; // of the word that is open: from its first letter to behind its last
        for (int i = 0; i < text.Length;)
        {
            Rune rune = Rune.GetRuneAt(text, i);
            int next = i + rune.Utf16SequenceLength;
            bool isWord = Rune.IsLetterOrDigit(rune), isWide = DisplayWidth.Of(rune) == 2;
            if (isWide || Rune.IsWhiteSpace(rune))
                Close();
            if (isWide && isWord)
            {
                tokens.Add(new TextToken(i, next));
            }
            else if (isWord)
            {
                (start, end) = (start < 0 ? i : start, next);
            }
            else if (start >= 0 && end == i && (DisplayWidth.Of(rune) == 0 || IsShare(text, i)))
            {
                end = next; // a mark that belongs to the letter before it
            }
            else if (start < 0 && IsMinus(text, i))
            {
                (start, end) = (i, next);
            }

            i = next;
        }

        Close();
        return tokens;

        void Close()
        {
            if (start >= 0)
                tokens.Add(new TextToken(start, end));
            start = -1;
        }
    }

    // 3.5%, 3‰
    private static bool IsShare(string text, int place) => text[place] is '%' or '‰' && char.IsAsciiDigit(text[place - 1]);

    // -5, but not the second half of 3-5.
    private static bool IsMinus(string text, int place) => text[place] == '-' && place + 1 < text.Length && char.IsAsciiDigit(text[place + 1]);
}
