using Parley.Server.Workers.Bundles;
using Parley.Server.Workers.Wire;

namespace Parley.Server.Workers.Pool;

/// <summary>
/// Jobs that wait for an idle worker with their bundle, first come, first served: one queue for all workers, so none is idle while a job waits. A job whose
/// bundle no worker holds, or is about to hold, gets an idle worker of another bundle replaced; it is asked before those that came after it, so neither
/// bundle starves. Safe for concurrent use.
/// </summary>
internal sealed class WaitingJobs(IReadOnlyList<WorkerSlot> slots, ServedBundles served)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiting> _waiting = [];

    /// <summary>Waits for a worker.</summary>
    /// <param name="jobId">Who.</param>
    /// <param name="bundle">What it must hold; null for the default.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Exception">No worker can start; that of the last one that tried.</exception>
    public async Task<(WorkerSlot Slot, WorkerProcess Worker)> TakeAsync(Guid jobId, string? bundle, CancellationToken cancellationToken)
    {
        Waiting waiting = new(jobId, bundle);
        lock (_lock)
            _waiting.AddLast(waiting);
        await using CancellationTokenRegistration registration = cancellationToken.Register(() => waiting.Taken.TrySetCanceled(cancellationToken));
        Serve();
        return await waiting.Taken.Task;
    }

    /// <summary>Gives idle workers to those who wait. To be called when a worker became idle, fell asleep or broke.</summary>
    public void Serve()
    {
        lock (_lock)
        {
            // Workers on their way that somebody who came earlier waits for.
            Dictionary<string, int> promised = new(StringComparer.Ordinal);
            for (LinkedListNode<Waiting>? node = _waiting.First, next; node is not null; node = next)
            {
                next = node.Next;
                if (node.Value.Taken.Task.IsCompleted || TryServe(node.Value, promised))
                    _waiting.Remove(node);
            }
        }
    }

    /// <summary>A bundle cannot be started: those who wait for it are told, unless another worker holds it.</summary>
    public void Fail(string bundle, WorkerFailure failure)
    {
        lock (_lock)
        {
            if (slots.Any(slot => slot.State is { Worker: not null } state && string.Equals(state.Bundle, bundle, StringComparison.Ordinal)))
                return;
            foreach (Waiting waiting in _waiting.Where(waiting => string.Equals(waiting.Bundle, bundle, StringComparison.Ordinal)))
                waiting.Taken.TrySetException(failure.ToException());
        }
    }

    private bool TryServe(Waiting waiting, Dictionary<string, int> promised)
    {
        foreach (WorkerSlot slot in slots)
        {
            if (slot.State.TryTake(waiting.JobId, waiting.Bundle) is not { } worker)
                continue;
            if (!waiting.Taken.TrySetResult((slot, worker)))
                slot.State.PutBack(); // cancelled in this very moment
            return true;
        }

        string key = waiting.Bundle ?? "";
        int coming = slots.Count(slot => slot.State.IsComing(waiting.Bundle)) - promised.GetValueOrDefault(key);
        if (coming > 0 || TryClaim(waiting))
        {
            promised[key] = promised.GetValueOrDefault(key) + 1;
            return false;
        }

        // While one works, or still tries to start, there is hope.
        if (slots.Any(slot => slot.State.IsBusy || slot.State.Failure is null))
            return false;
        waiting.Taken.TrySetException(slots[^1].State.Failure!.ToException());
        return true;
    }

    // Asleep ones first, with this bundle or any; then what nobody who waits wants, longest unused first.
    private bool TryClaim(Waiting waiting) => slots
        .Where(slot => slot.State.CanClaim(waiting.Bundle))
        .OrderBy(slot => slot.State.IsAsleep ? (string.Equals(slot.State.Bundle, waiting.Bundle, StringComparison.Ordinal) ? 0 : 1) : 2)
        .ThenBy(slot => _waiting.Any(other => string.Equals(other.Bundle, slot.State.Bundle, StringComparison.Ordinal)))
        .ThenBy(slot => slot.State.LastUsed)
        .Any(slot => slot.State.TryClaim(waiting.Bundle, served.NameOf(waiting.Bundle)));

    private sealed record Waiting(Guid JobId, string? Bundle)
    {
        public TaskCompletionSource<(WorkerSlot Slot, WorkerProcess Worker)> Taken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
