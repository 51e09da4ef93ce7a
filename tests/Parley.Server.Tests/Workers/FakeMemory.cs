using Parley.Server.Workers.Pool;

namespace Parley.Server.Tests.Workers;

/// <summary>A fake machine that has as much memory as a test says.</summary>
internal sealed class FakeMemory : IMachineMemory
{
    private long _availableBytes = 64L << 30;
    private int _asked;

    public long TotalBytes => 64L << 30;

    public long AvailableBytes
    {
        get
        {
            Interlocked.Increment(ref _asked);
            return Interlocked.Read(ref _availableBytes);
        }
        set => Interlocked.Exchange(ref _availableBytes, value);
    }

    /// <summary>How often somebody wanted to know.</summary>
    public int Asked => Volatile.Read(ref _asked);
}
