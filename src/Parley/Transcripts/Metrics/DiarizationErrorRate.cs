namespace Parley.Transcripts.Metrics;

/// <summary>Diarization error rate (Der) after NIST's md-eval.</summary>
/// <remarks>
/// Fiscus, Ajot, Michel, Garofolo, "The Rich Transcription 2006 Spring Meeting Recognition Evaluation", section 3.2: between two neighbouring
/// boundaries, with N_ref and N_hyp people talking and N_correct of them mapped on each other, the error is
/// max(N_ref, N_hyp) - N_correct, of which max(0, N_ref - N_hyp) is missed, max(0, N_hyp - N_ref) false alarm, and the rest confusion.
/// Speakers are mapped one to one so that the time in common is greatest. Overlapping or touching turns of one speaker are one turn.
/// </remarks>
public static class DiarizationErrorRate
{
    /// <summary>Compares a diarization with its reference.</summary>
    /// <param name="reference">Turns in any order; turns without length do not count.</param>
    /// <param name="hypothesis">Turns in any order; labels need not be those of the reference.</param>
    /// <param name="collar">Time on each side of every reference boundary that is not scored, as md-eval's <c>-c</c>: 0.25 s means 0.25 s before and 0.25 s after.</param>
    public static DiarizationError Compute(
        IReadOnlyList<TranscriptTurn> reference, IReadOnlyList<TranscriptTurn> hypothesis, TimeSpan collar = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(hypothesis);
        ArgumentOutOfRangeException.ThrowIfLessThan(collar, TimeSpan.Zero);

        TurnTimeline left = TurnTimeline.From(reference), right = TurnTimeline.From(hypothesis);
        List<Span> spans = Spans(left, right, (long)Math.Round(collar.TotalMilliseconds));

        long[,] common = new long[left.Speakers.Count, right.Speakers.Count];
        foreach (Span span in spans)
        {
            foreach (int r in span.Reference)
            {
                foreach (int h in span.Hypothesis)
                    common[r, h] += span.LengthMs;
            }
        }

        int[] partner = Assignment.Maximise(common);
        long speech = 0, missed = 0, falseAlarm = 0, confusion = 0;
        foreach (Span span in spans)
        {
            int spoken = span.Reference.Length, found = span.Hypothesis.Length;
            int correct = span.Reference.Count(r => Array.IndexOf(span.Hypothesis, partner[r]) >= 0);
            speech += spoken * span.LengthMs;
            missed += Math.Max(0, spoken - found) * span.LengthMs;
            falseAlarm += Math.Max(0, found - spoken) * span.LengthMs;
            confusion += (Math.Min(spoken, found) - correct) * span.LengthMs;
        }

        Dictionary<string, string> mapping = new(StringComparer.Ordinal);
        for (int r = 0; r < partner.Length; r++)
        {
            if (partner[r] >= 0 && common[r, partner[r]] > 0)
                mapping[right.Speakers[partner[r]]] = left.Speakers[r];
        }

        return new DiarizationError(speech / 1000.0, missed / 1000.0, falseAlarm / 1000.0, confusion / 1000.0, mapping);
    }

    /// <summary>Cuts time at every boundary and drops what the collar covers.</summary>
    private static List<Span> Spans(TurnTimeline reference, TurnTimeline hypothesis, long collarMs)
    {
        // Change of the number of collars that cover the time from here on.
        SortedDictionary<long, int> collars = [];
        if (collarMs > 0)
        {
            foreach (long boundary in reference.Boundaries())
            {
                collars[boundary - collarMs] = collars.GetValueOrDefault(boundary - collarMs) + 1;
                collars[boundary + collarMs] = collars.GetValueOrDefault(boundary + collarMs) - 1;
            }
        }

        SortedSet<long> times = [.. reference.Boundaries(), .. hypothesis.Boundaries(), .. collars.Keys];
        List<Span> spans = [];
        TurnTimeline.Cursor left = reference.Start(), right = hypothesis.Start();
        long? from = null;
        int covered = 0;
        foreach (long time in times)
        {
            if (from is long start && covered == 0 && (left.Active.Count > 0 || right.Active.Count > 0))
                spans.Add(new Span(time - start, [.. left.Active], [.. right.Active]));
            left.MoveTo(time);
            right.MoveTo(time);
            covered += collars.GetValueOrDefault(time);
            from = time;
        }

        return spans;
    }

    /// <summary>A stretch in which nothing changes.</summary>
    private sealed record Span(long LengthMs, int[] Reference, int[] Hypothesis);
}
