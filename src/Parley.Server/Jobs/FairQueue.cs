namespace Parley.Server.Jobs;

/// <summary>
/// Who comes next: higher priorities first; within one the clients in turn, a job each; within a client the order of acceptance.
/// A client that comes anew stands behind those that are there, so nobody waits for more than one job of each other client. Not safe for concurrent calls.
/// </summary>
internal sealed class FairQueue
{
    private readonly SortedList<int, Ring> _rings = new(Comparer<int>.Create((left, right) => right.CompareTo(left)));
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public int Count { get; private set; }

    /// <summary>Waiting jobs of a client.</summary>
    public int CountOf(string client) => _counts.GetValueOrDefault(client);

    public void Add(LiveJob job)
    {
        int priority = job.Submission.Priority;
        if (!_rings.TryGetValue(priority, out Ring? ring))
            _rings.Add(priority, ring = new Ring());
        ring.Add(job);
        Change(job, 1);
    }

    public bool Remove(LiveJob job)
    {
        if (!_rings.TryGetValue(job.Submission.Priority, out Ring? ring) || !ring.Remove(job))
            return false;
        Change(job, -1);
        DropIfEmpty(job.Submission.Priority, ring);
        return true;
    }

    /// <summary>Takes the next job out; null when nobody waits.</summary>
    public LiveJob? TakeNext()
    {
        if (_rings.Count == 0)
            return null;
        Ring ring = _rings.Values[0];
        LiveJob job = ring.TakeNext();
        Change(job, -1);
        DropIfEmpty(job.Submission.Priority, ring);
        return job;
    }

    /// <summary>All jobs in the order in which <see cref="TakeNext"/> would give them.</summary>
    public IEnumerable<LiveJob> InOrder() => _rings.Values.SelectMany(ring => ring.InOrder());

    private void Change(LiveJob job, int by)
    {
        Count += by;
        string client = job.Submission.Client.Key;
        int count = _counts.GetValueOrDefault(client) + by;
        if (count == 0)
            _counts.Remove(client);
        else
            _counts[client] = count;
    }

    private void DropIfEmpty(int priority, Ring ring)
    {
        if (ring.IsEmpty)
            _rings.Remove(priority);
    }

    /// <summary>The clients of one priority; the first one is next.</summary>
    private sealed class Ring
    {
        private readonly LinkedList<Line> _lines = [];
        private readonly Dictionary<string, LinkedListNode<Line>> _byClient = new(StringComparer.Ordinal);

        public bool IsEmpty => _lines.Count == 0;

        public void Add(LiveJob job)
        {
            string client = job.Submission.Client.Key;
            if (!_byClient.TryGetValue(client, out LinkedListNode<Line>? node))
                _byClient.Add(client, node = _lines.AddLast(new Line(client)));
            node.Value.Jobs.Add(job.Sequence, job);
        }

        public bool Remove(LiveJob job)
        {
            if (!_byClient.TryGetValue(job.Submission.Client.Key, out LinkedListNode<Line>? node) || !node.Value.Jobs.Remove(job.Sequence))
                return false;
            if (node.Value.Jobs.Count == 0)
                Leave(node);
            return true;
        }

        public LiveJob TakeNext()
        {
            LinkedListNode<Line> node = _lines.First!;
            LiveJob job = node.Value.Jobs.First().Value;
            node.Value.Jobs.Remove(job.Sequence);
            if (node.Value.Jobs.Count == 0)
            {
                Leave(node);
            }
            else
            {
                _lines.RemoveFirst();
                _lines.AddLast(node);
            }

            return job;
        }

        public IEnumerable<LiveJob> InOrder()
        {
            List<IEnumerator<LiveJob>> lines = [.. _lines.Select(line => line.Jobs.Values.GetEnumerator() as IEnumerator<LiveJob>)];
            while (lines.Count > 0)
            {
                foreach (IEnumerator<LiveJob> line in lines.ToArray())
                {
                    if (line.MoveNext())
                        yield return line.Current;
                    else
                        lines.Remove(line);
                }
            }
        }

        private void Leave(LinkedListNode<Line> node)
        {
            _lines.Remove(node);
            _byClient.Remove(node.Value.Client);
        }
    }

    private sealed record Line(string Client)
    {
        public SortedDictionary<long, LiveJob> Jobs { get; } = [];
    }
}
