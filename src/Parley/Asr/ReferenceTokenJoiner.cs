using System.Text;

namespace Parley.Asr;

/// <summary>What the reference makes of a list of tokens.</summary>
/// <param name="Text">With times: words parted by blanks. Without: Chinese without blanks, English with.</param>
/// <param name="Words">Its words.</param>
/// <param name="Times">Its times; fewer than words, or those of other words, where the reference loses track. Null without times.</param>
internal sealed record ReferenceText(string Text, IReadOnlyList<string> Words, IReadOnlyList<TokenTime>? Times);

/// <summary>
/// Joins tokens as FunASR's sentence_postprocess and abbr_dispose do, with what they lose: times of dropped markers stay and shift the rest, tokens
/// that are neither Chinese nor letters get no time, a piece at the end is lost. For comparison; <see cref="TokenJoiner"/> is the one that is right.
/// </summary>
internal static class ReferenceTokenJoiner
{
    private const string Blank = " ";

    private static readonly string[] Markers = ["</s>", "<s>", "<unk>", "<OOV>"];

    /// <summary>Joins tokens.</summary>
    /// <param name="tokens">Tokens as in the vocabulary.</param>
    /// <param name="times">Their times, in the same order; tokens beyond its end have none. Null for text only.</param>
    public static ReferenceText Join(IReadOnlyList<string> tokens, IReadOnlyList<TokenTime>? times)
    {
        List<string> kept = [.. tokens.Where(token => !Markers.Contains(token, StringComparer.Ordinal))];
        Pieces pieces = new(times);
        if (kept.Count > 0 && kept.TrueForAll(token => IsChinese(Clean(token))))
            pieces.AddAllChinese(kept);
        else if (kept.Count > 0 && kept.TrueForAll(token => IsLetters(Clean(token))))
            pieces.AddAllLetters(kept);
        else
            pieces.AddMixed(kept);

        (List<string> items, List<TokenTime> spans) = JoinLetters(pieces.Items, pieces.Times);
        List<string> words = [.. items.Where(item => !IsBlank(item))];
        string text = (times is null ? string.Concat(items) : string.Join(Blank, words)).Trim();
        return new ReferenceText(text, words, times is null ? null : spans);
    }

    /// <summary>Spelled letters: "p", blank, "p", blank, "t" becomes "PPT".</summary>
    private static (List<string> Items, List<TokenTime> Times) JoinLetters(List<string> items, List<TokenTime> times)
    {
        List<string> joined = [];
        List<TokenTime> spans = [];
        int word = 0;
        for (int i = 0; i < items.Count; i++)
        {
            if (IsBlank(items[i]))
            {
                joined.Add(items[i]);
                continue;
            }

            int last = i;
            while (IsLetter(items[last]) && last + 2 < items.Count && IsBlank(items[last + 1]) && IsLetter(items[last + 2]))
                last += 2;
            int lastWord = word + ((last - i) / 2);
            joined.Add(last == i ? items[i] : string.Concat(items[i..(last + 1)].Where(item => !IsBlank(item))).ToUpperInvariant());
            if (lastWord < times.Count)
                spans.Add(new TokenTime(times[word].StartMs, times[lastWord].EndMs));
            word = lastWord + 1;
            i = last;
        }

        return (joined, spans);
    }

    private static bool IsBlank(string item) => item is Blank;

    private static bool IsLetter(string item) => item.Length == 1 && char.IsAsciiLetter(item[0]);

    private static string Clean(string token)
        => Markers.Aggregate(Without(token, Blank), Without);

    private static string Without(string text, string part) => text.Replace(part, string.Empty, StringComparison.Ordinal);

    /// <summary>By comparison of strings, so that a longer token counts by its beginning: "12" is within "0".."9", "95" is not.</summary>
    private static bool IsChinese(string text) => IsWithin(text, "\u4e00", "\u9fff") || IsWithin(text, "0", "9") || text is "@";

    private static bool IsWithin(string text, string first, string last)
        => string.CompareOrdinal(first, text) <= 0 && string.CompareOrdinal(text, last) <= 0;

    private static bool IsLetters(string text)
        => text is "'" || (text.Length > 0 && text.EnumerateRunes().All(Rune.IsLetter) && !IsChinese(text));

    private static bool IsChineseThroughout(string token)
        => token.Length > 0 && token.EnumerateRunes().All(rune => IsChinese(rune.ToString()));

    private static bool IsLettersThroughout(string token)
        => token.Length > 0 && token.EnumerateRunes().All(rune => IsLetters(rune.ToString()));

    /// <summary>Words and blanks with the times that the reference gives them.</summary>
    private sealed class Pieces(IReadOnlyList<TokenTime>? source)
    {
        public List<string> Items { get; } = [];

        public List<TokenTime> Times { get; private set; } = [];

        public void AddAllChinese(List<string> tokens)
        {
            Items.AddRange(tokens.Select(token => token.Replace(Blank, string.Empty, StringComparison.Ordinal)));
            Times = source is null ? [] : [.. source];
        }

        public void AddAllLetters(List<string> tokens)
        {
            for (int i = 0; i < tokens.Count; i++)
            {
                Items.Add(tokens[i]);
                Items.Add(Blank);
                if (TimeOf(i) is { } time)
                    Times.Add(time);
            }
        }

        public void AddMixed(List<string> tokens)
        {
            string pending = string.Empty;
            bool piece = false, dropBlank = false;
            TokenTime? time = null;
            for (int i = 0; i < tokens.Count; i++)
            {
                string token = tokens[i];
                if (!piece)
                    time = TimeOf(i);
                if (IsChineseThroughout(token))
                {
                    // Meant for the blank after an English word; takes whatever was added last.
                    if (dropBlank)
                        Items.RemoveAt(Items.Count - 1);
                    Items.Add(token);
                    Add(time);
                    (dropBlank, piece) = (false, false);
                }
                else if (token.Contains(SpecialTokens.Continuation, StringComparison.Ordinal))
                {
                    pending += token.Replace(SpecialTokens.Continuation, string.Empty, StringComparison.Ordinal);
                    time = EndingAt(time, i);
                    (dropBlank, piece) = (false, true);
                }
                else if (IsLettersThroughout(token))
                {
                    Items.Add(pending + token);
                    Items.Add(Blank);
                    Add(EndingAt(time, i));
                    pending = string.Empty;
                    (dropBlank, piece) = (true, false);
                }
                else
                {
                    Items.Add(token);
                }
            }
        }

        private TokenTime? TimeOf(int token) => source is not null && token < source.Count ? source[token] : null;

        private TokenTime? EndingAt(TokenTime? begin, int token) => begin is { } time && TimeOf(token) is { } last ? time with { EndMs = last.EndMs } : begin;

        private void Add(TokenTime? time)
        {
            if (time is { } known)
                Times.Add(known);
        }
    }
}
