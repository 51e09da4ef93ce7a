using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Parley.Inference.Kernels;

/// <summary>
/// Memory for the time of a computation, kept for the next one. What lies in it at first is left from earlier ones. It begins with a line of the processor's caches:
/// vectors that lie in two of them take twice as long.
/// </summary>
internal sealed unsafe class RentedMemory : IDisposable
{
    private const int LineBytes = 64;

    private static readonly ConcurrentBag<RentedMemory> Free = [];

    private byte[] _memory = []; // pinned

    private RentedMemory()
    {
    }

    /// <summary>Rents some.</summary>
    /// <param name="bytes">At least as many.</param>
    /// <returns>To be given back with <see cref="Dispose"/>.</returns>
    /// <exception cref="OutOfMemoryException">There is not so much.</exception>
    /// <exception cref="OverflowException">No array can have so much.</exception>
    public static RentedMemory Rent(long bytes)
    {
        RentedMemory rented = Free.TryTake(out RentedMemory? free) ? free : new RentedMemory();
        long room = bytes + LineBytes - 1;
        if (rented._memory.Length < room)
            rented._memory = GC.AllocateUninitializedArray<byte>(checked((int)room), pinned: true);
        return rented;
    }

    /// <summary>Where it begins.</summary>
    public byte* Start => (byte*)(((nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory)) + LineBytes - 1) & -LineBytes);

    public void Dispose() => Free.Add(this);
}
