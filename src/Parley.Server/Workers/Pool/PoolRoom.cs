using Parley.Server.Workers.Bundles;

namespace Parley.Server.Workers.Pool;

/// <summary>
/// Memory for workers that are to be started: idle ones with other bundles fall asleep for it, busy ones are waited for. When nobody is left who could give
/// any, the worker is started nevertheless; its jobs wait for memory in turn. Safe for concurrent use.
/// </summary>
internal sealed class PoolRoom
{
    /// <summary>All slots of the pool; empty until they are there.</summary>
    public IReadOnlyList<WorkerSlot> Slots { get; set; } = [];

    /// <summary>Waits until there is memory for a worker.</summary>
    /// <param name="pool">What the slots share.</param>
    /// <param name="number">The slot that it is for.</param>
    /// <param name="version">What it will load.</param>
    /// <param name="cancellationToken">The pool stops.</param>
    public async Task WaitAsync(PoolContext pool, int number, BundleVersion version, CancellationToken cancellationToken)
    {
        long needed = JobMemory.PredictIdle(version.FileBytes);
        bool isTold = false;
        while (pool.Memory.AvailableBytes - MemoryGate.Reserve is var available && available < needed)
        {
            WorkerSlot[] others = [.. Slots.Where(slot => slot.Number != number && slot.State.Worker is not null)];
            bool isFreeing = others.Where(slot => !string.Equals(slot.State.Bundle, version.Bundle, StringComparison.Ordinal)).OrderBy(slot => slot.State.LastUsed).Any(slot => slot.State.TrySleep());
            if (!isFreeing && !others.Any(slot => slot.State.IsBusy || slot.State.Leave is not null))
                return;
            if (!isTold)
                pool.Logger.StartWaitsForMemory(number, version.Name, needed >> 20, available >> 20);
            isTold = true;
            await Task.Delay(MemoryGate.LookEvery, pool.Time, cancellationToken);
        }
    }
}
