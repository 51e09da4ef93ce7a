namespace Parley.Transcripts.Edits;

/// <summary>Keeps turns, which were found from voices, in step with what people say about sentences. Pure.</summary>
internal static class TurnEdits
{
    /// <summary>Gives stretches of time to another speaker.</summary>
    /// <param name="turns">In time order; speakers are ids.</param>
    /// <param name="given">Stretches and whose they are now: one speaker's.</param>
    /// <returns>In time order; what touches and is one speaker's is one turn.</returns>
    public static IReadOnlyList<TranscriptTurn> Give(IReadOnlyList<TranscriptTurn> turns, IReadOnlyList<TranscriptTurn> given)
    {
        List<TranscriptTurn> ordered = Joined([.. given.Where(part => part.EndMs > part.StartMs).OrderBy(part => part.StartMs)]);
        if (ordered.Count == 0)
            return turns;
        List<TranscriptTurn> result = [];
        int first = 0;
        foreach (TranscriptTurn turn in turns)
        {
            while (first < ordered.Count && ordered[first].EndMs <= turn.StartMs)
                first++;
            int start = turn.StartMs;
            for (int i = first; i < ordered.Count && ordered[i].StartMs < turn.EndMs; i++)
            {
                if (ordered[i].StartMs > start)
                    result.Add(turn with { StartMs = start, EndMs = ordered[i].StartMs });
                start = Math.Max(start, ordered[i].EndMs);
            }

            if (start < turn.EndMs)
                result.Add(turn with { StartMs = start });
        }

        result.AddRange(ordered);
        return Joined([.. result.OrderBy(turn => turn.StartMs).ThenBy(turn => turn.EndMs)]);
    }

    private static List<TranscriptTurn> Joined(List<TranscriptTurn> turns)
    {
        List<TranscriptTurn> joined = [];
        foreach (TranscriptTurn turn in turns)
        {
            if (joined.Count > 0 && string.Equals(joined[^1].Speaker, turn.Speaker, StringComparison.Ordinal) && turn.StartMs <= joined[^1].EndMs)
                joined[^1] = joined[^1] with { EndMs = Math.Max(joined[^1].EndMs, turn.EndMs) };
            else
                joined.Add(turn);
        }

        return joined;
    }
}
