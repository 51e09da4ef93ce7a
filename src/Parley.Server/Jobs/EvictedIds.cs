using Parley.Server.Storage;

namespace Parley.Server.Jobs;

/// <summary>The last ids of jobs that were known once, as the database keeps them. Safe for concurrent calls.</summary>
internal sealed class EvictedIds
{
    private readonly Lock _gate = new();
    private readonly HashSet<Guid> _ids;
    private readonly Queue<Guid> _order;

    /// <param name="ids">Oldest first.</param>
    public EvictedIds(IReadOnlyList<Guid> ids) => (_ids, _order) = ([.. ids], new Queue<Guid>(ids));

    public bool Contains(Guid id)
    {
        lock (_gate)
            return _ids.Contains(id);
    }

    public void Add(IEnumerable<Guid> ids)
    {
        lock (_gate)
        {
            foreach (Guid id in ids)
            {
                if (_ids.Add(id))
                    _order.Enqueue(id);
            }

            while (_order.Count > JobStore.MaxEvicted)
                _ids.Remove(_order.Dequeue());
        }
    }
}
