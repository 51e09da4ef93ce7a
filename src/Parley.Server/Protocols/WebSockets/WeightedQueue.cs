using System.Threading.Channels;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>First in, first out; bounded by the weight of what is in it. Any number of writers, one reader.</summary>
/// <param name="capacity">Sum of weights that it holds. An item that is heavier counts as this much.</param>
internal sealed class WeightedQueue<T>(int capacity) : IDisposable
{
    private readonly Channel<(T Item, int Weight)> _items = Channel.CreateUnbounded<(T, int)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SemaphoreSlim _room = new(capacity, capacity);

    /// <summary>Waits for room and puts an item in. False, and the item stays the caller's, when the queue is complete.</summary>
    public async ValueTask<bool> EnqueueAsync(T item, int weight, CancellationToken cancellationToken)
    {
        weight = Math.Clamp(weight, 1, capacity);

        // One at a time: two writers that each hold half of the room would wait for each other.
        await _turn.WaitAsync(cancellationToken);
        int taken = 0;
        try
        {
            for (; taken < weight; taken++)
                await _room.WaitAsync(cancellationToken);
            if (!_items.Writer.TryWrite((item, weight)))
                return false;
            taken = 0;
            return true;
        }
        finally
        {
            if (taken > 0)
                _room.Release(taken);
            _turn.Release();
        }
    }

    /// <summary>Nothing more goes in; the reader gets what is there.</summary>
    public void Complete() => _items.Writer.TryComplete();

    /// <summary>Waits for the next item; null when the queue is complete and empty. The item's room is free when the answer is disposed.</summary>
    public async ValueTask<Taken?> TakeAsync(CancellationToken cancellationToken)
    {
        while (await _items.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_items.Reader.TryRead(out (T Item, int Weight) entry))
                return new Taken(entry.Item, () => _room.Release(entry.Weight));
        }

        return null;
    }

    public void Dispose()
    {
        _turn.Dispose();
        _room.Dispose();
    }

    /// <summary>What is left and nobody will read.</summary>
    public IEnumerable<T> TakeRest()
    {
        while (_items.Reader.TryRead(out (T Item, int Weight) entry))
            yield return entry.Item;
    }

    /// <summary>An item, and its room until this is disposed.</summary>
    internal sealed class Taken(T item, Action release) : IDisposable
    {
        private Action? _release = release;

        public T Item { get; } = item;

        public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
    }
}
