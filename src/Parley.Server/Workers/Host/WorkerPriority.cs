using System.Globalization;
using System.Runtime.InteropServices;

namespace Parley.Server.Workers.Host;

/// <summary>Lets the server go first where cores are scarce: its clients want answers at once, a transcript may take a moment longer. Idle cores make no difference.</summary>
internal static class WorkerPriority
{
    /// <summary>Added to the server's own nice value.</summary>
    public const int Niceness = 5;

    private const int OfThread = 0;

    /// <summary>Steps back. Linux keeps a value for each thread, and new ones inherit it: call it before there are many.</summary>
    public static void StepBack()
    {
        if (!OperatingSystem.IsLinux())
            return;
        foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            if (!int.TryParse(Path.GetFileName(thread), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                continue;
            Marshal.SetLastPInvokeError(0);
            int now = GetPriority(OfThread, id);
            if (Marshal.GetLastPInvokeError() == 0)
                _ = SetPriority(OfThread, id, now + Niceness); // a thread that has just ended has none
        }
    }

#pragma warning disable SYSLIB1054 // The runtime's own marshalling serves without unsafe code.
    [DllImport("libc", EntryPoint = "getpriority", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetPriority(int which, int who);

    [DllImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, int who, int priority);
#pragma warning restore SYSLIB1054
}
