using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Parley.Server.Workers.Pool;

/// <summary>Whose a file or folder is. Only Linux is asked: elsewhere each user has a temporary folder of their own.</summary>
internal static class FileOwner
{
    // linux/stat.h: the same layout on every processor.
    private const int StatBytes = 256;
    private const int UserOffset = 20;
    private const int CurrentFolder = -100;
    private const int NotTheTargetOfALink = 0x100;
    private const uint UserWanted = 0x8;

    /// <summary>Whether it belongs to the user of this process; of a link itself, not of what it leads to.</summary>
    /// <returns>False also when the system does not say.</returns>
    public static bool IsThisUser(string path) => !OperatingSystem.IsLinux() || IsThisUserOnLinux(path);

    [SupportedOSPlatform("linux")]
    private static bool IsThisUserOnLinux(string path)
    {
        byte[] stat = new byte[StatBytes];
        return State(CurrentFolder, path, NotTheTargetOfALink, UserWanted, stat) == 0
            && BinaryPrimitives.ReadUInt32LittleEndian(stat.AsSpan(UserOffset)) == User();
    }

#pragma warning disable SYSLIB1054 // The runtime's own marshalling serves without unsafe code.
    [DllImport("libc", EntryPoint = "statx", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int State(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint wanted, [Out] byte[] stat);

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint User();
#pragma warning restore SYSLIB1054
}
