using Parley.Inference.Devices;

namespace Parley.Inference;

/// <summary>A loaded model that is unloaded when the last run on it has ended: a failure retires it while others may still run.</summary>
internal sealed class SharedRunner(IModelRunner runner, DeviceSlot slot)
{
    // One for the lane that keeps it, one for each run.
    private int _holders = 1;

    public IModelRunner Runner => runner;

    /// <summary>Only for those who know that somebody else holds it.</summary>
    public void Share() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return;
        using ProviderGate.Turn turn = slot.Enter(CancellationToken.None);
        runner.Dispose();
    }
}
