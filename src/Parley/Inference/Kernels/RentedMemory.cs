using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Parley.Inference.Kernels;

/// <summary>Memory for the time of a computation, kept for the next one. What lies in it at first is left from earlier ones.</summary>
internal sealed unsafe class RentedMemory : IDisposable
{
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
        if (rented._memory.Length < bytes)
            rented._memory = GC.AllocateUninitializedArray<byte>(checked((int)bytes), pinned: true);
        return rented;
    }

    /// <summary>Where it begins.</summary>
    public byte* Start => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));

    public void Dispose() => Free.Add(this);
}
