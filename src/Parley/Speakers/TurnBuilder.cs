namespace Parley.Speakers;

/// <summary>Windows and their speakers to turns (<c>postprocess</c> of the reference).</summary>
internal static class TurnBuilder
{
    // Windows that overlap by less than this only do so through rounding.
    private const double OverlapTolerance = 1e-4;

    /// <summary>Joins windows of one speaker, shares overlaps between two, and smooths short turns away.</summary>
    /// <param name="windows">Start and end in seconds, in any order, shape [n].</param>
    /// <param name="labels">Speaker of each window, shape [n].</param>
    /// <param name="minTurnSeconds">A shorter turn goes to a neighbour.</param>
    /// <param name="referenceCompatible">Leaves a single turn unrounded, and gaps in the numbers of the speakers.</param>
    /// <returns>Turns in time order, never overlapping; speakers numbered by first appearance.</returns>
    public static IReadOnlyList<SpeakerTurn> Build(
        IReadOnlyList<(double Start, double End)> windows, IReadOnlyList<int> labels, double minTurnSeconds, bool referenceCompatible)
    {
        if (windows.Count != labels.Count)
            throw new ArgumentException($"Expected one label per window: {windows.Count} windows, {labels.Count} labels.", nameof(labels));
        (double Start, double End, int Label)[] sorted = [.. windows.Select((window, i) => (window.Start, window.End, labels[i])).OrderBy(item => item.Start)];
        int[] numbers = ClusterLabels.ByFirstAppearance([.. sorted.Select(item => item.Label)]);
        List<SpeakerTurn> turns = Join(sorted.Select((item, i) => new SpeakerTurn(item.Start, item.End, numbers[i])));
        ShareOverlaps(turns);
        if (turns.Count > 1 || !referenceCompatible)
            Smooth(turns, minTurnSeconds);
        turns = Join(turns);
        return referenceCompatible ? turns : Renumber(turns);
    }

    private static List<SpeakerTurn> Join(IEnumerable<SpeakerTurn> turns)
    {
        List<SpeakerTurn> joined = [];
        foreach (SpeakerTurn turn in turns)
        {
            if (joined.Count > 0 && joined[^1].Speaker == turn.Speaker && turn.StartSeconds <= joined[^1].EndSeconds)
                joined[^1] = joined[^1] with { EndSeconds = turn.EndSeconds };
            else
                joined.Add(turn);
        }

        return joined;
    }

    private static void ShareOverlaps(List<SpeakerTurn> turns)
    {
        for (int i = 1; i < turns.Count; i++)
        {
            if (turns[i - 1].EndSeconds <= turns[i].StartSeconds + OverlapTolerance)
                continue;
            double middle = (turns[i].StartSeconds + turns[i - 1].EndSeconds) / 2;
            turns[i - 1] = turns[i - 1] with { EndSeconds = middle };
            turns[i] = turns[i] with { StartSeconds = middle };
        }
    }

    // In place, so a turn sees what became of the one before it, and the one after it still unrounded.
    private static void Smooth(List<SpeakerTurn> turns, double minTurnSeconds)
    {
        for (int i = 0; i < turns.Count; i++)
        {
            SpeakerTurn turn = turns[i] with
            {
                StartSeconds = PythonRounding.ToHundredths(turns[i].StartSeconds),
                EndSeconds = PythonRounding.ToHundredths(turns[i].EndSeconds),
            };
            if (turn.EndSeconds - turn.StartSeconds < minTurnSeconds && turns.Count > 1)
                turn = turn with { Speaker = turns[Closer(turns, i, turn)].Speaker };
            turns[i] = turn;
        }
    }

    private static int Closer(List<SpeakerTurn> turns, int i, SpeakerTurn turn)
    {
        if (i == 0)
            return 1;
        if (i == turns.Count - 1)
            return i - 1;
        double before = turn.StartSeconds - turns[i - 1].EndSeconds, after = turns[i + 1].StartSeconds - turn.EndSeconds;
        return before <= after ? i - 1 : i + 1;
    }

    private static List<SpeakerTurn> Renumber(List<SpeakerTurn> turns)
    {
        int[] numbers = ClusterLabels.ByFirstAppearance([.. turns.Select(turn => turn.Speaker)]);
        return [.. turns.Select((turn, i) => turn with { Speaker = numbers[i] })];
    }
}
