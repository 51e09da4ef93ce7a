namespace Parley.Transcripts.Metrics;

/// <summary>Turns as events in time, by number of speaker; overlapping or touching turns of a speaker are joined.</summary>
internal sealed class TurnTimeline
{
    private readonly List<(long TimeMs, int Speaker, bool Begins)> _events = [];

    /// <summary>Labels in order of first appearance.</summary>
    public List<string> Speakers { get; } = [];

    public static TurnTimeline From(IReadOnlyList<TranscriptTurn> turns)
    {
        TurnTimeline timeline = new();
        foreach (IGrouping<string, TranscriptTurn> own in turns
            .Where(turn => turn.EndMs > turn.StartMs)
            .OrderBy(turn => turn.StartMs)
            .GroupBy(turn => turn.Speaker, StringComparer.Ordinal))
        {
            int speaker = timeline.Speakers.Count;
            timeline.Speakers.Add(own.Key);
            long start = own.First().StartMs, end = start;
            foreach (TranscriptTurn turn in own)
            {
                if (turn.StartMs > end)
                {
                    timeline.Add(start, end, speaker);
                    start = turn.StartMs;
                }

                end = Math.Max(end, turn.EndMs);
            }

            timeline.Add(start, end, speaker);
        }

        timeline._events.Sort();
        return timeline;
    }

    /// <summary>Start and end of every turn.</summary>
    public IEnumerable<long> Boundaries() => _events.Select(change => change.TimeMs);

    public Cursor Start() => new(_events);

    private void Add(long start, long end, int speaker)
    {
        _events.Add((start, speaker, true));
        _events.Add((end, speaker, false));
    }

    /// <summary>Walks through time and knows who is speaking.</summary>
    internal sealed class Cursor(List<(long TimeMs, int Speaker, bool Begins)> events)
    {
        private int _next;

        /// <summary>Who speaks right after the time last moved to.</summary>
        public SortedSet<int> Active { get; } = [];

        public void MoveTo(long timeMs)
        {
            for (; _next < events.Count && events[_next].TimeMs <= timeMs; _next++)
            {
                if (events[_next].Begins)
                    Active.Add(events[_next].Speaker);
                else
                    Active.Remove(events[_next].Speaker);
            }
        }
    }
}
