using System.Runtime.InteropServices;

namespace Parley.Server.Workers.Host;

/// <summary>Gives memory that a job needed back to the system, so that idle workers do not hold it from each other.</summary>
internal static class MemoryTrim
{
    // Less is kept for the next job.
    private const long WorthIt = 64L << 20;

    /// <summary>Collects when the process has grown noticeably beyond a size. Stops the process for tens of milliseconds: not while a job runs.</summary>
    public static void AfterJob(long usualBytes)
    {
        if (Environment.WorkingSet >= usualBytes + WorthIt)
            Now();
    }

    /// <summary>Collects, and gives back what is free. Stops the process for tens of milliseconds: not while a job runs.</summary>
    public static void Now()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = TrimHeap(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Not every C library has it.
        }
    }

#pragma warning disable SYSLIB1054 // The runtime's own marshalling serves without unsafe code.
    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int TrimHeap(nuint pad);
#pragma warning restore SYSLIB1054
}
