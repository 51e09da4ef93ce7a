using System.Text;
using Parley.Asr;

namespace Parley.Punctuation;

/// <summary>Words and marks to sentences. The words pass through untouched, so text and times cannot part.</summary>
public static class SentenceBuilder
{
    /// <summary>Closes a sentence at every mark, a comma too.</summary>
    /// <param name="words">Words in time order, shape [n].</param>
    /// <param name="marks">The mark after each word, shape [n].</param>
    /// <returns>
    /// Sentences in order; every word stands in exactly one. Words after the last mark form a sentence without mark. Marks are half-width (, . ? !) in
    /// a sentence of alphabetic words only, else full-width (， 。 ？ ！ 、).
    /// </returns>
    /// <exception cref="ArgumentException">There are not as many marks as words.</exception>
    public static IReadOnlyList<Sentence> Build(IReadOnlyList<Word> words, IReadOnlyList<PunctuationMark> marks)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(marks);
        if (words.Count != marks.Count)
            throw new ArgumentException($"Expected one mark per word: {words.Count} words, {marks.Count} marks.", nameof(marks));

        List<Sentence> sentences = [];
        int start = 0;
        for (int i = 0; i < words.Count; i++)
        {
            if (marks[i] == PunctuationMark.None && i < words.Count - 1)
                continue;
            sentences.Add(Close([.. words.Skip(start).Take(i + 1 - start)], marks[i]));
            start = i + 1;
        }

        return sentences;
    }

    /// <summary>One sentence without mark for each segment in which words were recognised: for use without a punctuation model.</summary>
    /// <param name="segments">Segments in time order.</param>
    public static IReadOnlyList<Sentence> BuildBySegment(IEnumerable<RecognizedSegment> segments)
    {
        ArgumentNullException.ThrowIfNull(segments);
        return [.. segments.Where(segment => segment.Words.Count > 0).Select(segment => Close(segment.Words, PunctuationMark.None))];
    }

    /// <summary>A part of a sentence as a sentence of its own.</summary>
    /// <param name="sentence">The sentence.</param>
    /// <param name="start">Its first word that belongs to the part.</param>
    /// <param name="count">Words of the part, at least one. Only the part with the last word keeps the mark, in the width that it has in the sentence.</param>
    public static Sentence Part(Sentence sentence, int start, int count)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, sentence.Words.Count - start);
        Sentence part = Close(
            [.. sentence.Words.Skip(start).Take(count)],
            start + count == sentence.Words.Count ? sentence.Mark : PunctuationMark.None,
            WordSpacing.IsAlphabeticText(sentence.Words.Select(word => word.Text)));
        return part with { Tags = sentence.Tags };
    }

    /// <summary>The sentences of a segment whose recogniser sets the marks, or that nobody gives any; no sentence goes on beyond the segment.</summary>
    internal static IEnumerable<Sentence> BuildSegment(RecognizedSegment segment)
        => Build(segment.Words, [.. segment.Marks?.Select(MarkClasses.Written) ?? Enumerable.Repeat(PunctuationMark.None, segment.Words.Count)])
            .Select(sentence => sentence with { Tags = segment.Tags });

    /// <summary>The same sentence in other words, with its mark.</summary>
    /// <param name="sentence">The sentence.</param>
    /// <param name="words">At least one, in time order.</param>
    public static Sentence WithWords(Sentence sentence, IReadOnlyList<Word> words)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        ArgumentNullException.ThrowIfNull(words);
        ArgumentOutOfRangeException.ThrowIfZero(words.Count);
        return sentence with { Text = Close(words, sentence.Mark).Text, Words = words };
    }

    /// <summary>Words as one sentence.</summary>
    internal static Sentence Close(IReadOnlyList<Word> words, PunctuationMark mark)
        => Close(words, mark, WordSpacing.IsAlphabeticText(words.Select(word => word.Text)));

    private static Sentence Close(IReadOnlyList<Word> words, PunctuationMark mark, bool halfWidth)
    {
        StringBuilder text = new();
        string previous = "";
        foreach (Word word in words)
        {
            if (WordSpacing.NeedsBlank(previous, word.Text))
                text.Append(' ');
            text.Append(word.Text);
            previous = word.Text;
        }

        bool listComma = halfWidth && mark == PunctuationMark.EnumerationComma; // 、 has no half-width form
        text.Append(MarkClasses.Text(listComma ? MarkClasses.Comma : (int)mark, halfWidth));
        return new Sentence(text.ToString().Trim(), words, mark);
    }
}
