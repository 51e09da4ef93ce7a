namespace Parley.Server.Workers.Pool;

/// <summary>Jobs that wait for an idle worker, first come, first served: one queue for all workers, so none is idle while a job waits. Safe for concurrent use.</summary>
internal sealed class WaitingJobs(IReadOnlyList<WorkerSlot> slots)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(Guid JobId, TaskCompletionSource<(WorkerSlot Slot, WorkerProcess Worker)> Taken)> _waiting = [];

    /// <summary>Waits for a worker.</summary>
    /// <exception cref="Exception">No worker can start; that of the last one that tried.</exception>
    public async Task<(WorkerSlot Slot, WorkerProcess Worker)> TakeAsync(Guid jobId, CancellationToken cancellationToken)
    {
        TaskCompletionSource<(WorkerSlot, WorkerProcess)> taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _waiting.AddLast((jobId, taken));
        await using CancellationTokenRegistration registration = cancellationToken.Register(() => taken.TrySetCanceled(cancellationToken));
        Serve();
        return await taken.Task;
    }

    /// <summary>Gives idle workers to those who wait. To be called when a worker became idle or broke.</summary>
    public void Serve()
    {
        lock (_lock)
        {
            while (_waiting.First is { } first)
            {
                if (!first.Value.Taken.Task.IsCompleted && !TryServe(first.Value.JobId, first.Value.Taken))
                    return;
                _waiting.RemoveFirst();
            }
        }
    }

    private bool TryServe(Guid jobId, TaskCompletionSource<(WorkerSlot, WorkerProcess)> taken)
    {
        foreach (WorkerSlot slot in slots)
        {
            if (slot.TryTake(jobId) is not { } worker)
                continue;
            if (!taken.TrySetResult((slot, worker)))
                slot.PutBack(); // cancelled in this very moment
            return true;
        }

        // While one still tries to start, there is hope.
        if (slots.Any(slot => slot.IsBusy) || slots.Any(slot => slot.Failure is null))
            return false;
        taken.TrySetException(slots[^1].Failure!.ToException());
        return true;
    }
}
