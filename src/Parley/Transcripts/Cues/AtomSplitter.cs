using System.Globalization;
using Parley.Asr;

namespace Parley.Transcripts.Cues;

/// <summary>Sentences into atoms with times: from the words where they can be found in the text, else in proportion to the width.</summary>
internal static class AtomSplitter
{
    // A word that is not found within so many characters is not in the text; the next ones are looked for in the same place.
    private const int SearchWindow = 48;

    /// <summary>Splits one sentence.</summary>
    /// <param name="text">Clean, one line, not empty.</param>
    /// <param name="sentence">Whose times and words count.</param>
    /// <param name="prefix">Put before the first atom; may be empty.</param>
    /// <param name="maxColumns">No atom is wider.</param>
    public static List<TextAtom> Split(string text, TranscriptSentence sentence, string prefix, int maxColumns)
    {
        List<TextAtom> atoms = ByWords(text, sentence.Words);
        bool timed = atoms.Count > 0;
        if (!timed)
            atoms.Add(new TextAtom(text, sentence.StartMs, sentence.EndMs));
        atoms[0] = new TextAtom(prefix + atoms[0].Text, atoms[0].StartMs, atoms[0].EndMs);

        List<TextAtom> narrow = new(atoms.Count);
        foreach (TextAtom atom in atoms)
        {
            if (timed && atom.Columns <= maxColumns)
                narrow.Add(atom);
            else
                Divide(atom, maxColumns, narrow);
        }

        return narrow;
    }

    private static List<TextAtom> ByWords(string text, IReadOnlyList<Word> words)
    {
        List<TextAtom> atoms = [];
        int cut = 0, cursor = 0, startMs = 0, endMs = 0;
        bool any = false;
        foreach (Word word in words)
        {
            string wanted = CleanText.OneLine(word.Text);
            int window = Math.Min(text.Length - cursor, wanted.Length + SearchWindow);
            int at = wanted.Length == 0 ? -1 : text.IndexOf(wanted, cursor, window, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                endMs = any ? word.EndMs : endMs;
                continue;
            }

            if (!any)
                (any, startMs) = (true, word.StartMs);
            else if (BreakBetween(text, cursor, at) is int next)
            {
                atoms.Add(new TextAtom(text[cut..next], startMs, endMs));
                (cut, startMs) = (next, word.StartMs);
            }

            cursor = at + wanted.Length;
            endMs = word.EndMs;
        }

        if (any)
            atoms.Add(new TextAtom(text[cut..], startMs, endMs));
        return atoms;
    }

    /// <summary>Where a line may break between two words: behind the last blank, else beside a wide character; null for nowhere.</summary>
    private static int? BreakBetween(string text, int from, int to)
    {
        int blank = text.LastIndexOf(' ', to - 1, to - from);
        if (blank >= 0)
            return blank + 1;
        int at = to;
        while (at > from && IsOpening(text[at - 1]))
            at--;
        return at > 0 && CanBreak(text.AsSpan(0, at), text.AsSpan(at)) ? at : null;
    }

    /// <summary>Breaks an atom at blanks and beside wide characters, and anywhere when nothing else helps. Times in proportion to the width.</summary>
    private static void Divide(TextAtom atom, int maxColumns, List<TextAtom> pieces)
    {
        ReadOnlySpan<char> text = atom.Text;
        double total = Math.Max(1, DisplayWidth.Of(text));
        int pieceStart = 0, pieceColumns = 0, columnsBefore = 0, at = 0;
        while (at < text.Length)
        {
            int length = StringInfo.GetNextTextElementLength(text[at..]);
            int columns = DisplayWidth.Of(text.Slice(at, length));
            bool blank = text[at] == ' ';
            if (at > pieceStart && !blank && (pieceColumns + columns > maxColumns || CanBreak(text[..at], text[at..])))
                Flush(text, at);
            pieceColumns += columns;
            at += length;
        }

        Flush(text, at);

        void Flush(ReadOnlySpan<char> whole, int end)
        {
            pieces.Add(new TextAtom(whole[pieceStart..end].ToString(), Time(columnsBefore), Time(columnsBefore + pieceColumns)));
            columnsBefore += pieceColumns;
            (pieceStart, pieceColumns) = (end, 0);
        }

        int Time(int columns) => (int)(atom.StartMs + (((long)atom.EndMs - atom.StartMs) * (columns / total)));
    }

    private static bool CanBreak(ReadOnlySpan<char> before, ReadOnlySpan<char> after)
    {
        char last = before[^1], first = after[0];
        if (last == ' ')
            return true;
        return (IsWide(last) || IsWide(first)) && !IsOpening(last) && !IsClosing(first);
    }

    private static bool IsWide(char value) => char.IsSurrogate(value) || DisplayWidth.Of([value]) == 2;

    private static bool IsOpening(char value)
        => char.GetUnicodeCategory(value) is UnicodeCategory.OpenPunctuation or UnicodeCategory.InitialQuotePunctuation;

    private static bool IsClosing(char value)
        => value == ' ' || (char.IsPunctuation(value) && !IsOpening(value));
}
