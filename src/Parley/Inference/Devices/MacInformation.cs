using System.Runtime.InteropServices;
using System.Text;

namespace Parley.Inference.Devices;

/// <summary>What macOS tells about its machine.</summary>
internal static partial class MacInformation
{
    /// <summary>Such as <c>Apple M2</c>; null on other systems.</summary>
    public static string? ChipName()
    {
        if (!OperatingSystem.IsMacOS())
            return null;
        byte[] text = new byte[256];
        nint length = text.Length;
        return SysctlByName("machdep.cpu.brand_string", text, ref length, 0, 0) == 0
            ? Encoding.UTF8.GetString(text).TrimEnd('\0')
            : null;
    }

    // Blittable but for the name; the runtime's own marshalling serves without unsafe code.
#pragma warning disable SYSLIB1054
    [DllImport("libc", EntryPoint = "sysctlbyname", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SysctlByName(string name, byte[] value, ref nint length, nint newValue, nint newLength);
#pragma warning restore SYSLIB1054
}
