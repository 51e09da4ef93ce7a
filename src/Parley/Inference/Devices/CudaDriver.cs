using System.Runtime.InteropServices;
using System.Text;

namespace Parley.Inference.Devices;

/// <summary>A GPU as NVIDIA's driver describes it.</summary>
internal sealed record CudaGpu(string Name, long MemoryBytes);

/// <summary>NVIDIA's driver: which GPUs there are, and up to which version of CUDA it goes. "CUDA Driver API", device management.</summary>
/// <param name="CudaVersion">Newest CUDA that the driver supports.</param>
/// <param name="Gpus">In the driver's order, after CUDA_VISIBLE_DEVICES.</param>
internal sealed record CudaDriver(Version CudaVersion, IReadOnlyList<CudaGpu> Gpus)
{
    private const int Success = 0;

    private delegate int Init(uint flags);

    private delegate int GetInteger(out int value);

    private delegate int GetDevice(out int device, int ordinal);

    private delegate int GetName(byte[] name, int length, int device);

    private delegate int GetMemory(out nint bytes, int device);

    /// <summary>Name of the driver's library on this system.</summary>
    public static string LibraryName => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>Asks the driver; null when there is none, or when it has no GPU that works.</summary>
    public static CudaDriver? Query()
    {
        if (!NativeLibrary.TryLoad(LibraryName, out nint library))
            return null;
        T Function<T>(string name)
            where T : Delegate
            => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(library, name));

        // The library stays loaded: the provider uses it as well, and the driver does not like to be unloaded.
        try
        {
            if (Function<Init>("cuInit")(0) != Success
                || Function<GetInteger>("cuDriverGetVersion")(out int version) != Success
                || Function<GetInteger>("cuDeviceGetCount")(out int count) != Success)
            {
                return null;
            }

            List<CudaGpu> gpus = [];
            byte[] name = new byte[256];
            for (int i = 0; i < count; i++)
            {
                if (Function<GetDevice>("cuDeviceGet")(out int device, i) != Success
                    || Function<GetName>("cuDeviceGetName")(name, name.Length, device) != Success
                    || Function<GetMemory>("cuDeviceTotalMem_v2")(out nint bytes, device) != Success)
                {
                    return null;
                }

                gpus.Add(new CudaGpu(Encoding.UTF8.GetString(name.AsSpan(0, Math.Max(0, name.AsSpan().IndexOf((byte)0)))), bytes));
            }

            // 12040 means 12.4.
            return new CudaDriver(new Version(version / 1000, version % 1000 / 10), gpus);
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }
}
