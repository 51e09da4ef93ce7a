using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Parley.Server.Protocols.Uploads;

/// <summary>Makes files and names survive a crash of the machine.</summary>
internal static class DurableFile
{
    private const int ReadOnly = 0;

    /// <summary>Waits until the bytes of a file are on disk, whoever wrote them.</summary>
    public static void Flush(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Waits until the names in a folder are on disk. Windows writes them with the files.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public static void FlushDirectory(string path)
    {
        if (!OperatingSystem.IsWindows())
            FlushUnixDirectory(path);
    }

    [UnsupportedOSPlatform("windows")]
    private static void FlushUnixDirectory(string path)
    {
        int descriptor = Open(path, ReadOnly);
        int error = Marshal.GetLastPInvokeError();
        if (descriptor >= 0)
        {
            error = FlushDescriptor(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
            _ = Close(descriptor);
        }

        if (error != 0 || descriptor < 0)
            throw new IOException($"Cannot flush the folder {path} to disk: {Marshal.GetPInvokeErrorMessage(error)}. Look at the disk.");
    }

    // File.OpenHandle refuses folders.
    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FlushDescriptor(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
