using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Parley.Server.Jobs;

/// <summary>Gives a file a second name: two jobs have it, and its bytes go with the last of them. Where the disk knows no such names it is copied.</summary>
internal static class HardLink
{
    /// <summary>Makes the second name.</summary>
    /// <exception cref="IOException">It cannot be made, or the file is gone.</exception>
    public static void Create(string existing, string path)
    {
        if (OperatingSystem.IsWindows() ? !LinkOnWindows(path, existing, 0) : LinkOnUnix(existing, path) != 0)
            File.Copy(existing, path);
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [UnsupportedOSPlatform("windows")]
    private static extern int LinkOnUnix([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string path);

    [DllImport("kernel32", EntryPoint = "CreateHardLinkW", SetLastError = true, CharSet = CharSet.Unicode, ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool LinkOnWindows(string path, string existing, nint security);
}
