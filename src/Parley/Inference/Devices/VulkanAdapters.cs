using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Parley.Inference.Devices;

/// <summary>
/// Lists the adapters of Vulkan's loader, to say what the WebGPU provider runs on, which does not tell itself.
/// Structures and constants after the Vulkan 1.1 specification, chapters "Initialization" and "Devices and Queues".
/// </summary>
internal static class VulkanAdapters
{
    private const int Success = 0, Incomplete = 5;
    private const int TypeIntegrated = 1, TypeDiscrete = 2, TypeCpu = 4;
    private const uint DeviceLocalHeap = 1, NvidiaVendor = 0x10DE;

    // VkPhysicalDeviceProperties, from its start. The limits are aligned to 8 bytes; maxStorageBufferRange is the eighth of them.
    private const int PropertiesSize = 824, DriverVersionAt = 4, VendorAt = 8, TypeAt = 16, NameAt = 20, NameSize = 256, MaxStorageBufferRangeAt = 324;

    // VkPhysicalDeviceMemoryProperties: count and 32 types of 8 bytes, count and 16 heaps of 16 bytes.
    private const int MemorySize = 520, HeapCountAt = 260, HeapsAt = 264, HeapSize = 16;

    private delegate nint GetProcAddress(nint instance, [MarshalAs(UnmanagedType.LPStr)] string name);

    private delegate int CreateInstance(byte[] info, nint allocator, out nint instance);

    private delegate void DestroyInstance(nint instance, nint allocator);

    private delegate int EnumeratePhysicalDevices(nint instance, ref uint count, nint[]? devices);

    private delegate void GetPhysicalDeviceData(nint device, byte[] data);

    /// <summary>Name of the loader's library on this system.</summary>
    public static string LoaderName => OperatingSystem.IsWindows() ? "vulkan-1.dll" : "libvulkan.so.1";

    /// <summary>Adapters in the order in which WebGPU prefers them: cards, then graphics in chips, then software. Null when there is no loader.</summary>
    public static IReadOnlyList<GraphicsAdapter>? List()
    {
        if (!NativeLibrary.TryLoad(LoaderName, out nint library))
            return null;
        try
        {
            return NativeLibrary.TryGetExport(library, "vkGetInstanceProcAddr", out nint export)
                ? List(Marshal.GetDelegateForFunctionPointer<GetProcAddress>(export))
                : null;
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    /// <summary>Reads the two structures that Vulkan fills.</summary>
    internal static (int Rank, GraphicsAdapter Adapter) Parse(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> memory)
    {
        ReadOnlySpan<byte> name = properties.Slice(NameAt, NameSize);
        int end = name.IndexOf((byte)0);
        int type = BinaryPrimitives.ReadInt32LittleEndian(properties[TypeAt..]);
        uint driver = BinaryPrimitives.ReadUInt32LittleEndian(properties[DriverVersionAt..]);
        uint vendor = BinaryPrimitives.ReadUInt32LittleEndian(properties[VendorAt..]);
        long deviceLocal = 0;
        int heaps = Math.Min(BinaryPrimitives.ReadInt32LittleEndian(memory[HeapCountAt..]), 16);
        for (int i = 0; i < heaps; i++)
        {
            ReadOnlySpan<byte> heap = memory.Slice(HeapsAt + (i * HeapSize), HeapSize);
            if ((BinaryPrimitives.ReadUInt32LittleEndian(heap[8..]) & DeviceLocalHeap) != 0)
                deviceLocal += BinaryPrimitives.ReadInt64LittleEndian(heap);
        }

        GraphicsAdapter adapter = new(
            Encoding.UTF8.GetString(end < 0 ? name : name[..end]),
            IsSoftware: type == TypeCpu,
            deviceLocal > 0 ? deviceLocal : null,
            DriverVersion(driver, vendor),
            BinaryPrimitives.ReadUInt32LittleEndian(properties[MaxStorageBufferRangeAt..]));
        return (type switch { TypeDiscrete => 0, TypeIntegrated => 1, TypeCpu => 3, _ => 2 }, adapter);
    }

    private static List<GraphicsAdapter> List(GetProcAddress address)
    {
        T Function<T>(nint instance, string name)
            where T : Delegate
            => Marshal.GetDelegateForFunctionPointer<T>(address(instance, name));

        // VkInstanceCreateInfo: type 1 in the first four bytes, all else zero (no application, layers or extensions).
        byte[] info = new byte[64];
        info[0] = 1;
        if (Function<CreateInstance>(0, "vkCreateInstance")(info, 0, out nint instance) != Success)
            return [];
        try
        {
            EnumeratePhysicalDevices enumerate = Function<EnumeratePhysicalDevices>(instance, "vkEnumeratePhysicalDevices");
            uint count = 0;
            if (enumerate(instance, ref count, null) != Success || count == 0)
                return [];
            nint[] devices = new nint[count];
            if (enumerate(instance, ref count, devices) is not (Success or Incomplete))
                return [];
            GetPhysicalDeviceData getProperties = Function<GetPhysicalDeviceData>(instance, "vkGetPhysicalDeviceProperties");
            GetPhysicalDeviceData getMemory = Function<GetPhysicalDeviceData>(instance, "vkGetPhysicalDeviceMemoryProperties");
            List<(int Rank, GraphicsAdapter Adapter)> adapters = [];
            foreach (nint device in devices.Take((int)count))
            {
                // Longer than the structures: later versions of the headers never shortened them.
                byte[] properties = new byte[PropertiesSize + 64], memory = new byte[MemorySize + 64];
                getProperties(device, properties);
                getMemory(device, memory);
                adapters.Add(Parse(properties, memory));
            }

            return [.. adapters.OrderBy(item => item.Rank).Select(item => item.Adapter)];
        }
        finally
        {
            Function<DestroyInstance>(instance, "vkDestroyInstance")(instance, 0);
        }
    }

    // NVIDIA packs 10.8.8.6 bits, the others as Vulkan packs its own versions: 10.10.12.
    private static string DriverVersion(uint value, uint vendor)
        => vendor == NvidiaVendor
            ? $"{value >> 22}.{(value >> 14) & 0xFF}.{(value >> 6) & 0xFF}"
            : $"{value >> 22}.{(value >> 12) & 0x3FF}.{value & 0xFFF}";
}
