using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference.Devices;

/// <summary>AMD's GPUs through the MIGraphX provider of ROCm, a library of its own that is installed beside the program.</summary>
internal sealed class RocmBackend(ProviderCatalog providers, Func<IReadOnlyList<LinuxGpu>> gpus) : IDeviceBackend
{
    internal const string Provider = "MIGraphXExecutionProvider";

    private const string InstallProvider = "Install ROCm with MIGraphX and AMD's build of ONNX Runtime, or use webgpu, which runs on the same GPU.";

    public RocmBackend()
        : this(ProviderCatalog.Runtime, () => LinuxGpus.Of(LinuxGpus.Amd))
    {
    }

    public string Name => "rocm";

    public DeviceDetection Detect()
    {
        IReadOnlyList<LinuxGpu> found = gpus();
        if (found.Count == 0)
            return DeviceDetection.None("no AMD GPU, or no amdgpu driver (Linux only)");
        if (!providers.Has(Provider))
            return DeviceDetection.None("this ONNX Runtime was built without the MIGraphX provider", InstallProvider);
        if (providers.FindLibrary("migraphx") is null)
            return DeviceDetection.None($"{ProviderCatalog.LibraryFileName("migraphx")} is not installed", InstallProvider);
        if (providers.TryStart(session => session.AppendExecutionProvider_MIGraphX(0)) is { } refusal)
            return DeviceDetection.None(refusal, InstallProvider);
        return DeviceDetection.Found([.. found.Select((gpu, index) => new Device
        {
            Name = Device.NameOf(Name, index),
            Backend = Name,
            Index = index,
            Kind = DeviceKind.Gpu,
            Description = $"AMD GPU {gpu.Device}",
            Provider = Provider,
            MemoryBytes = gpu.MemoryBytes,

            // MIGraphX compiles for each shape, and minutes long.
            Limits = new DeviceLimits { MaxBatchSeconds = 120, FrameBuckets = ShapeBuckets.Frames },
            Warnings = providers.VersionWarnings(),
        })]);
    }

    public void Configure(Device device, string modelPath, SessionOptions session) => session.AppendExecutionProvider_MIGraphX(device.Index);
}
