using Parley.Asr;

namespace Parley.Transcripts.Edits;

/// <summary>Gives the words of a changed text the times of the words that were heard.</summary>
/// <remarks>A diff finds the words that are in both (longest common subsequence). What was written in the place of other words shares their time by length.</remarks>
internal static class WordAlignment
{
    // Beyond this the middle of the two texts counts as all different: a table of so many cells is made for each change.
    private const int MaxCells = 4_000_000;

    /// <summary>The words of a text.</summary>
    /// <param name="text">The new text.</param>
    /// <param name="heard">The words before.</param>
    /// <param name="startMs">Start of the sentence.</param>
    /// <param name="endMs">End of the sentence.</param>
    /// <returns>In order, none before its forerunner, all within the sentence. Words that were there before keep times and confidence; the confidence of others is no number.</returns>
    public static IReadOnlyList<Word> Align(string text, IReadOnlyList<Word> heard, int startMs, int endMs)
    {
        List<string> written = TextTokens.Of(text).ConvertAll(token => text.Substring(token.Start, token.Length));
        int[] partners = Partners(written, heard);
        Word?[] words = new Word?[written.Count];
        for (int first = 0; first < written.Count;)
        {
            if (partners[first] >= 0)
            {
                words[first] = heard[partners[first]] with { Text = written[first] };
                first++;
                continue;
            }

            int end = first;
            while (end < written.Count && partners[end] < 0)
                end++;
            Fill(first, end);
            first = end;
        }

        return Ordered(words, startMs, endMs);

        // Words without a partner share the time of the words whose place they take; where nothing was, they share with a neighbour.
        void Fill(int first, int end)
        {
            int before = first > 0 ? partners[first - 1] : -1, after = end < written.Count ? partners[end] : heard.Count;
            if (after - before - 1 == end - first)
            {
                for (int i = first; i < end; i++)
                    words[i] = heard[before + 1 + i - first] with { Text = written[i], Confidence = float.NaN };
                return;
            }

            int from, to;
            if (after - before > 1)
                (from, to) = (heard[before + 1].StartMs, heard[after - 1].EndMs);
            else
                (from, to) = (before >= 0 ? heard[before].EndMs : startMs, after < heard.Count ? heard[after].StartMs : endMs);
            if (to <= from && first > 0)
                from = words[--first]!.StartMs;
            Share(words, written, first, end, from, Math.Max(from, to));
        }
    }

    /// <summary>For each written word the index of the same word that was heard, growing; -1 for none.</summary>
    private static int[] Partners(List<string> written, IReadOnlyList<Word> heard)
    {
        int[] partners = new int[written.Count];
        Array.Fill(partners, -1);
        int head = 0, tail = 0, shorter = Math.Min(written.Count, heard.Count);
        for (; head < shorter && IsSame(written[head], heard[head].Text); head++)
            partners[head] = head;
        for (; tail < shorter - head && IsSame(written[^(tail + 1)], heard[heard.Count - tail - 1].Text); tail++)
            partners[written.Count - tail - 1] = heard.Count - tail - 1;
        int rows = written.Count - head - tail, columns = heard.Count - head - tail;
        if (rows > 0 && columns > 0 && (long)rows * columns <= MaxCells)
            Match(partners, written, heard, head, rows, columns);
        return partners;
    }

    private static void Match(int[] partners, List<string> written, IReadOnlyList<Word> heard, int head, int rows, int columns)
    {
        // Length of the longest common subsequence of what is left from (row, column) on.
        int[,] length = new int[rows + 1, columns + 1];
        for (int row = rows - 1; row >= 0; row--)
        {
            for (int column = columns - 1; column >= 0; column--)
            {
                length[row, column] = IsSame(written[head + row], heard[head + column].Text)
                    ? length[row + 1, column + 1] + 1
                    : Math.Max(length[row + 1, column], length[row, column + 1]);
            }
        }

        for (int row = 0, column = 0; row < rows && column < columns;)
        {
            if (IsSame(written[head + row], heard[head + column].Text))
                partners[head + row++] = head + column++;
            else if (length[row + 1, column] >= length[row, column + 1])
                row++;
            else
                column++;
        }
    }

    private static bool IsSame(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static void Share(Word?[] words, List<string> written, int first, int end, int from, int to)
    {
        long total = 0, passed = 0;
        for (int i = first; i < end; i++)
            total += written[i].Length;
        for (int i = first; i < end; i++)
        {
            int start = from + (int)((to - from) * passed / total);
            passed += written[i].Length;
            words[i] = new Word(written[i], start, from + (int)((to - from) * passed / total), words[i]?.Confidence ?? float.NaN);
        }
    }

    // Times of old or foreign transcripts may run backwards.
    private static List<Word> Ordered(Word?[] words, int startMs, int endMs)
    {
        List<Word> ordered = new(words.Length);
        int earliest = startMs, latest = Math.Max(startMs, endMs);
        foreach (Word? word in words)
        {
            int start = Math.Clamp(word!.StartMs, earliest, latest);
            ordered.Add(word with { StartMs = start, EndMs = Math.Clamp(word.EndMs, start, latest) });
            earliest = start;
        }

        return ordered;
    }
}
