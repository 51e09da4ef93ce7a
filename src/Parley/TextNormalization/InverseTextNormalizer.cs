using System.Text;
using Parley.Asr;
using Parley.Punctuation;

namespace Parley.TextNormalization;

/// <summary>
/// Writes numbers that were spoken in Mandarin as figures: 二零二五年十月三号 becomes 2025年10月3号, 百分之三点五 becomes 3.5%. Words that become one
/// keep their time: from the start of the first to the end of the last. Safe for concurrent calls: no state at all.
/// </summary>
/// <remarks>Rules, no model; what they do and leave alone is listed in the README of this room. Doing it twice changes nothing more. English numbers stay words.</remarks>
public static class InverseTextNormalizer
{
    /// <summary>Normalises the words of one sentence.</summary>
    /// <param name="words">Words in time order, Chinese ones of one character each.</param>
    /// <returns>Words in time order; those that are not part of a number are the same objects, and without numbers it is the same list.</returns>
    public static IReadOnlyList<Word> Normalize(IReadOnlyList<Word> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (!words.Any(word => word.Text is [var only] && Numerals.Contains(only)))
            return words;
        List<Replacement> replacements = new NumberWalk(new SpokenText(words)).Run();
        return replacements.Count == 0 ? words : Apply(words, replacements);
    }

    /// <summary>Normalises a sentence; its mark stays.</summary>
    /// <returns>The same object when nothing changes.</returns>
    public static Sentence Normalize(Sentence sentence)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        IReadOnlyList<Word> words = Normalize(sentence.Words);
        return ReferenceEquals(words, sentence.Words) ? sentence : SentenceBuilder.WithWords(sentence, words);
    }

    /// <summary>Normalises sentences, one by one.</summary>
    public static IReadOnlyList<Sentence> Normalize(IReadOnlyList<Sentence> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        return [.. sentences.Select(Normalize)];
    }

    /// <summary>Normalises a written text. A number does not reach over anything but Chinese characters.</summary>
    public static string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder normalized = new(text.Length);
        for (int start = 0, end; start < text.Length; start = end)
        {
            bool isChinese = IsChinese(text[start]);
            for (end = start + 1; end < text.Length && IsChinese(text[end]) == isChinese; end++)
            {
            }

            if (!isChinese)
                normalized.Append(text, start, end - start);
            else
                normalized.AppendJoin("", Normalize([.. text[start..end].Select(character => new Word(character.ToString(), 0, 0, 1))]).Select(word => word.Text));
        }

        return normalized.ToString();
    }

    private static bool IsChinese(char character) => character is '〇' or (>= '\u4E00' and <= '\u9FFF');

    private static List<Word> Apply(IReadOnlyList<Word> words, List<Replacement> replacements)
    {
        List<Word> normalized = new(words.Count);
        int next = 0;
        foreach ((int start, int end, string text) in replacements)
        {
            for (; next < start; next++)
                normalized.Add(words[next]);
            normalized.Add(Merge(words, start, end, text));
            next = end;
        }

        for (; next < words.Count; next++)
            normalized.Add(words[next]);
        return normalized;
    }

    // Every word that goes in is one character, so all count the same.
    private static Word Merge(IReadOnlyList<Word> words, int start, int end, string text)
    {
        float confidence = 0;
        for (int i = start; i < end; i++)
            confidence += words[i].Confidence;
        return new Word(text, words[start].StartMs, words[end - 1].EndMs, confidence / (end - start));
    }
}
