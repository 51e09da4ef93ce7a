using System.Text;

namespace Parley.Punctuation;

/// <summary>A sentence as the reference gives it.</summary>
/// <param name="Text">Text with its mark; may begin with a blank. Null where the reference gives <paramref name="Parts"/>.</param>
/// <param name="Parts">The bare words, where there were no marks at all; else null.</param>
/// <param name="Start">Milliseconds; null when the times had run out.</param>
/// <param name="End">Milliseconds.</param>
/// <param name="Times">Start and end of each position, in milliseconds; null where there was none.</param>
/// <param name="RawText">The words without mark.</param>
internal sealed record ReferenceSentence(
    string? Text, IReadOnlyList<string>? Parts, int? Start, int End, IReadOnlyList<(int Start, int End)?> Times, string RawText);

/// <summary>
/// The reference's way from text, marks and times to sentences (<c>timestamp_sentence</c>, <c>timestamp_sentence_en</c>), with its faults: the text is
/// split again at blanks, so it can have other words than there are times and marks. For comparison; <see cref="SentenceBuilder"/> does it right.
/// </summary>
internal static class ReferenceSentences
{
    private static readonly string[] FullWidth = ["，", "。", "？", "、"];
    private static readonly string[] HalfWidth = [",", ".", "?", ","];

    /// <summary>Builds the sentences.</summary>
    /// <param name="marks">Class numbers as of the standard mark list, or null.</param>
    /// <param name="times">Times in milliseconds, or null.</param>
    /// <param name="text">Words separated by blanks, or null.</param>
    /// <param name="english">The English builder: half-width marks, no leading blank.</param>
    /// <exception cref="ArgumentException">The English builder got marks for words that do not exist; the reference fails there too.</exception>
    public static IReadOnlyList<ReferenceSentence> Build(
        IReadOnlyList<int>? marks, IReadOnlyList<(int Start, int End)>? times, string? text, bool english)
    {
        if (string.IsNullOrEmpty(text) || times is not { Count: > 0 })
            return [];
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (marks is not { Count: > 0 })
            return [new ReferenceSentence(null, words, times[0].Start, times[^1].End, [.. times.Select(time => ((int, int)?)time)], "")];

        List<ReferenceSentence> sentences = [];
        StringBuilder written = new(), raw = new();
        List<(int, int)?> covered = [];
        int? start = times[0].Start;
        int end = times[0].End;
        for (int i = 0; i < Math.Max(Math.Max(marks.Count, times.Count), words.Length); i++)
        {
            (int Start, int End)? time = i < times.Count ? times[i] : null;
            if (covered.Count == 0 && (time is not null || !english))
                start = time?.Start;
            covered.Add(time);
            end = time?.End ?? end;
            if (i < words.Length)
                Append(written, raw, words[i], english);
            else if (english && written.Length == 0)
                throw new ArgumentException("There are more marks or times than words.", nameof(text));

            int mark = i < marks.Count ? marks[i] : MarkClasses.None;
            if (mark <= MarkClasses.None)
                continue;
            written.Append((english ? HalfWidth : FullWidth)[mark - MarkClasses.Comma]);
            sentences.Add(new ReferenceSentence(written.ToString(), null, start, end, [.. covered], raw.ToString()));
            written.Clear();
            raw.Clear();
            covered.Clear();
        }

        return sentences;
    }

    private static void Append(StringBuilder written, StringBuilder raw, string word, bool english)
    {
        bool blank = char.IsAsciiLetter(word[0]) || (written.Length > 0 && char.IsAsciiLetter(written[^1]));
        if (blank && !(english && written.Length == 0))
            written.Append(' ');
        written.Append(word);
        if (english && raw.Length > 0)
            raw.Append(' ');
        raw.Append(word);
    }
}
