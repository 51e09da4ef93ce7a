using System.Text;

namespace Parley.Asr;

/// <summary>Joins tokens to words: pieces of a word, and letters that are spelled.</summary>
/// <remarks>
/// Other than the reference (<see cref="ReferenceTokenJoiner"/>): a token and its time go together, whatever kind of token it is, so no word
/// gets the time of another one and none is lost.
/// </remarks>
internal static class TokenJoiner
{
    /// <summary>Joins the tokens of a segment.</summary>
    /// <param name="tokens">In time order.</param>
    /// <returns>Words in time order; times relative like the tokens'. Without the markers of the vocabulary and without blanks.</returns>
    public static List<Word> Join(ReadOnlySpan<AsrToken> tokens)
    {
        List<Part> words = [];
        Part open = default;
        foreach (AsrToken token in tokens)
        {
            if (SpecialTokens.Contains(token.Text))
                continue;
            bool continues = token.Text.EndsWith(SpecialTokens.Continuation, StringComparison.Ordinal);
            string text = (continues ? token.Text[..^SpecialTokens.Continuation.Length] : token.Text).Trim();
            if (text.Length == 0)
                continue;
            Part part = new(text, token.StartMs, token.EndMs, token.Probability, 1);
            // A piece waits for letters; a character that is a word by itself leaves it as it is.
            if (open.Tokens > 0 && IsWordByItself(text))
            {
                words.Add(open);
                open = default;
            }

            open = open.Tokens > 0 ? open.With(part, open.Text + text) : part;
            if (!continues)
            {
                words.Add(open);
                open = default;
            }
        }

        if (open.Tokens > 0)
            words.Add(open);
        return JoinLetters(words);
    }

    /// <summary>Makes one upper-case word of single ASCII letters that follow each other: "p", "p", "t" becomes "PPT".</summary>
    private static List<Word> JoinLetters(List<Part> parts)
    {
        List<Word> words = new(parts.Count);
        for (int i = 0; i < parts.Count; i++)
        {
            int end = i;
            while (end < parts.Count && IsLetter(parts[end].Text))
                end++;
            if (end - i < 2)
            {
                words.Add(parts[i].ToWord());
                continue;
            }

            Part spelled = parts[i] with { Text = string.Concat(parts[i..end].Select(part => part.Text)).ToUpperInvariant() };
            for (int k = i + 1; k < end; k++)
                spelled = spelled.With(parts[k], spelled.Text);
            words.Add(spelled.ToWord());
            i = end - 1;
        }

        return words;
    }

    private static bool IsLetter(string text) => text.Length == 1 && char.IsAsciiLetter(text[0]);

    /// <summary>Han and kana: scripts whose characters the vocabulary holds one by one.</summary>
    private static bool IsWordByItself(string text)
        => Rune.GetRuneAt(text, 0).Value is (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);

    /// <summary>A word in the making.</summary>
    private readonly record struct Part(string Text, int StartMs, int EndMs, float ProbabilitySum, int Tokens)
    {
        public Part With(Part next, string text) => new(text, StartMs, next.EndMs, ProbabilitySum + next.ProbabilitySum, Tokens + next.Tokens);

        public Word ToWord() => new(Text, StartMs, EndMs, ProbabilitySum / Tokens);
    }
}
