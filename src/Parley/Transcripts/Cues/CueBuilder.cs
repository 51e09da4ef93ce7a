namespace Parley.Transcripts.Cues;

/// <summary>
/// Sentences into subtitles that one can read: at most two lines, never two speakers, never overlapping. Short sentences share a cue,
/// long ones are split at word times, if possible behind a mark, into parts of like width.
/// </summary>
internal static class CueBuilder
{
    /// <summary>Columns of a line; a Chinese character takes two. A full-width mark at the end, which is mostly empty, may stand beyond.</summary>
    public const int MaxColumns = 42;

    /// <summary>A cue lasts no longer, unless a single word does.</summary>
    public const int MaxCueMs = 7000;

    /// <summary>A shorter cue stays on the screen for so long, if the next one leaves room.</summary>
    public const int MinCueMs = 1000;

    /// <summary>A longer pause separates cues.</summary>
    public const int MaxPauseMs = 1000;

    // What a break behind a mark is worth, in columns of uneven lines: anywhere else it may fall into the middle of a Chinese word.
    private const int MarkBonusColumns = 30;

    /// <summary>Builds the cues of a transcript.</summary>
    /// <param name="sentences">In time order.</param>
    /// <param name="labelTurns">Begins the text with the speaker's label where the speaker changes.</param>
    /// <returns>In time order, never overlapping, each of positive length.</returns>
    public static List<Cue> Build(IReadOnlyList<TranscriptSentence> sentences, bool labelTurns)
    {
        List<Cue> cues = [];
        List<TextAtom> open = [];
        string? speaker = null;
        bool first = true;
        foreach (TranscriptSentence sentence in sentences)
        {
            string text = CleanText.OneLine(sentence.Text);
            if (text.Length == 0)
                continue;
            string? label = sentence.Speaker is null ? null : CleanText.OneLine(sentence.Speaker);
            bool changed = first || !string.Equals(label, speaker, StringComparison.Ordinal);
            if (changed)
                Flush();
            (first, speaker) = (false, label);

            string prefix = labelTurns && changed && label is { Length: > 0 } ? label + ": " : "";
            List<TextAtom> atoms = AtomSplitter.Split(text, sentence, prefix, MaxColumns);
            if (open.Count > 0 && !Join(open, atoms))
                Flush();
            if (open.Count == 0)
                SplitToFit(atoms, part => { Flush(); open.AddRange(part); });
        }

        Flush();
        return Straighten(cues);

        void Flush()
        {
            if (open.Count > 0)
                cues.Add(new Cue(open[0].StartMs, open[^1].EndMs, speaker, Lines(open)!));
            open.Clear();
        }
    }

    /// <summary>Appends a sentence to the open cue if it fits there and belongs there.</summary>
    private static bool Join(List<TextAtom> open, List<TextAtom> atoms)
    {
        TextAtom last = open[^1];
        bool complete = last.EndsSentence && Width(open, 0, open.Count) >= MaxColumns / 2;
        if (complete || atoms[0].StartMs - last.EndMs > MaxPauseMs)
            return false;

        int before = open.Count;
        if (TextJoin.NeedsBlank(last.Text[^1], atoms[0].Text[0]))
            open[^1] = new TextAtom(last.Text + ' ', last.StartMs, last.EndMs);
        open.AddRange(atoms);
        if (Fits(open))
            return true;
        open.RemoveRange(before, atoms.Count);
        open[^1] = last;
        return false;
    }

    /// <summary>Halves a sentence until its parts fit.</summary>
    private static void SplitToFit(List<TextAtom> atoms, Action<List<TextAtom>> take)
    {
        if (atoms.Count == 1 || Fits(atoms))
        {
            take(atoms);
            return;
        }

        long total = 0, left = 0, best = long.MaxValue;
        foreach (TextAtom atom in atoms)
            total += Weight(atom);
        int cut = 1;
        for (int i = 1; i < atoms.Count; i++)
        {
            left += Weight(atoms[i - 1]);
            long cost = Math.Abs((2 * left) - total) - (atoms[i - 1].EndsWithMark ? total / 3 : 0);
            if (cost < best)
                (best, cut) = (cost, i);
        }

        SplitToFit(atoms[..cut], take);
        SplitToFit(atoms[cut..], take);
    }

    // At least 1, so that parts shrink even when nothing has a width.
    private static int Weight(TextAtom atom) => Math.Max(1, atom.Columns + atom.Blank);

    private static bool Fits(List<TextAtom> atoms) => (long)atoms[^1].EndMs - atoms[0].StartMs <= MaxCueMs && Lines(atoms) is not null;

    /// <summary>One or two lines; null when they do not suffice.</summary>
    private static List<string>? Lines(List<TextAtom> atoms)
    {
        if (atoms.Count == 1 || Width(atoms, 0, atoms.Count) - atoms[^1].HangingColumns <= MaxColumns)
            return [Text(atoms, 0, atoms.Count)];

        int best = int.MaxValue, cut = 0, upper = 0, all = 0;
        foreach (TextAtom atom in atoms)
            all += atom.Columns + atom.Blank;
        for (int i = 1; i < atoms.Count; i++)
        {
            TextAtom last = atoms[i - 1];
            upper += last.Columns + last.Blank;
            int above = upper - last.Blank - last.HangingColumns, below = all - upper - atoms[^1].Blank - atoms[^1].HangingColumns;
            int cost = Math.Abs(above - below) - (last.EndsWithMark ? MarkBonusColumns : 0);
            if (above <= MaxColumns && below <= MaxColumns && cost < best)
                (best, cut) = (cost, i);
        }

        return cut == 0 ? null : [Text(atoms, 0, cut), Text(atoms, cut, atoms.Count)];
    }

    private static int Width(List<TextAtom> atoms, int from, int to)
    {
        int columns = -atoms[to - 1].Blank;
        for (int i = from; i < to; i++)
            columns += atoms[i].Columns + atoms[i].Blank;
        return columns;
    }

    private static string Text(List<TextAtom> atoms, int from, int to)
        => string.Concat(atoms[from..to].Select(atom => atom.Text)).Trim(' ');

    /// <summary>Puts cues into time order, gives each a positive length, lets short ones linger, and ends each where the next begins.</summary>
    private static List<Cue> Straighten(List<Cue> cues)
    {
        Cue[] ordered = [.. cues.OrderBy(cue => cue.StartMs)]; // stable
        long earliest = 0;
        for (int i = 0; i < ordered.Length; i++)
        {
            long start = Math.Max(earliest, ordered[i].StartMs);
            ordered[i] = ordered[i] with { StartMs = start, EndMs = Math.Max(ordered[i].EndMs, start + MinCueMs) };
            earliest = start + 1;
            if (i > 0 && ordered[i - 1].EndMs > start)
                ordered[i - 1] = ordered[i - 1] with { EndMs = start };
        }

        return [.. ordered];
    }
}
