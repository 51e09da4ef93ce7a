using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference.Devices;

/// <summary>Intel's GPUs through the OpenVINO provider, a library of its own that is installed beside the program.</summary>
internal sealed class XpuBackend(ProviderCatalog providers, Func<IReadOnlyList<GraphicsAdapter>> gpus) : IDeviceBackend
{
    internal const string Provider = "OpenVINOExecutionProvider";

    private const string InstallProvider = "Install Intel's build of ONNX Runtime with OpenVINO, and Intel's compute runtime; or use webgpu, which runs on the same GPU.";

    public XpuBackend()
        : this(ProviderCatalog.Runtime, IntelGpus)
    {
    }

    public string Name => "xpu";

    public DeviceDetection Detect()
    {
        IReadOnlyList<GraphicsAdapter> found = gpus();
        if (found.Count == 0)
            return DeviceDetection.None("no Intel GPU");
        if (!providers.Has(Provider))
            return DeviceDetection.None("this ONNX Runtime was built without the OpenVINO provider", InstallProvider);
        if (providers.FindLibrary("openvino") is null)
            return DeviceDetection.None($"{ProviderCatalog.LibraryFileName("openvino")} is not installed", InstallProvider);
        if (providers.TryStart(session => Append(session, 0)) is { } refusal)
            return DeviceDetection.None(refusal, InstallProvider);
        return DeviceDetection.Found([.. found.Select((gpu, index) => new Device
        {
            Name = Device.NameOf(Name, index),
            Backend = Name,
            Index = index,
            Kind = DeviceKind.Gpu,
            Description = gpu.Name,
            Provider = Provider,
            MemoryBytes = gpu.MemoryBytes,
            Driver = gpu.Driver,

            // OpenVINO compiles kernels for each shape.
            Limits = new DeviceLimits { MaxBatchSeconds = 60, FrameBuckets = ShapeBuckets.Frames },
            Warnings = providers.VersionWarnings(),
        })]);
    }

    public void Configure(Device device, string modelPath, SessionOptions session) => Append(session, device.Index);

    private static void Append(SessionOptions session, int index)
        => session.AppendExecutionProvider("OpenVINO", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["device_type"] = string.Create(CultureInfo.InvariantCulture, $"GPU.{index}"),

            // OpenVINO computes in half precision on GPUs unless told otherwise; results have to be those of the CPU.
            ["precision"] = "ACCURACY",
        });

    private static IReadOnlyList<GraphicsAdapter> IntelGpus()
        => OperatingSystem.IsWindows()
            ? [.. WindowsAdapters.List().Where(adapter => adapter.Name.Contains("Intel", StringComparison.Ordinal))]
            : [.. LinuxGpus.Of(LinuxGpus.Intel).Select(gpu => new GraphicsAdapter($"Intel GPU {gpu.Device}", IsSoftware: false, gpu.MemoryBytes, Driver: null, MaxBufferBytes: null))];
}
