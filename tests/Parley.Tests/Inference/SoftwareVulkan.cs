using System.Runtime.InteropServices;

namespace Parley.Tests.Inference;

/// <summary>SwiftShader, the software Vulkan driver of Debian's chromium: a second device that every machine can have.</summary>
internal static class SoftwareVulkan
{
    /// <summary>
    /// Collection of the tests that start real devices. A process has one <c>DeviceManager</c>, which lets one run at a time onto such a
    /// device; tests have one each, and would be in each other's way.
    /// </summary>
    public const string OneAtATime = "Real devices, one at a time";

    private const string Driver = "/usr/lib/chromium/vk_swiftshader_icd.json";

    /// <summary>Makes Vulkan's loader take SwiftShader; skips the test where it is not installed.</summary>
    public static void Require()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Driver), $"{Driver} is not there: install the packages chromium and libvulkan1 (Debian).");
        Assert.SkipUnless(NativeLibrary.TryLoad("libvulkan.so.1", out _), "libvulkan.so.1 is not there: install the package libvulkan1 (Debian).");

        // The loader reads the process's own environment, which .NET's functions do not change.
        SetEnv("VK_ICD_FILENAMES", Driver, 1).ShouldBe(0);
        SetEnv("XDG_RUNTIME_DIR", Path.GetTempPath(), 0).ShouldBe(0);
    }

#pragma warning disable SYSLIB1054 // The runtime's own marshalling serves without unsafe code.
    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnv(string name, string value, int overwrite);
#pragma warning restore SYSLIB1054
}
