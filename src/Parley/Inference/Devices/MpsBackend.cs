using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference.Devices;

/// <summary>
/// The GPU of Apple's chips, in two ways: <c>mps</c> is WebGPU over Metal, <c>mps:1</c> is Core ML. Without measurements the first is taken;
/// a profile (<c>parley devices --measure</c>) prefers the second where it is faster and gives the same results.
/// </summary>
internal sealed class MpsBackend(ProviderCatalog providers, Func<Version?> macOs) : IDeviceBackend
{
    internal const string CoreMlProvider = "CoreMLExecutionProvider";

    private const int CoreMlIndex = 1;

    // Metal features that the provider relies on came with macOS 12.3, Core ML's ML programs with 12; the library is built for 14.
    private static readonly Version Oldest = new(12, 3), Recommended = new(14, 0);

    public MpsBackend()
        : this(ProviderCatalog.Runtime, () => OperatingSystem.IsMacOS() ? Environment.OSVersion.Version : null)
    {
    }

    public string Name => "mps";

    public DeviceDetection Detect()
    {
        if (macOs() is not { } version)
            return DeviceDetection.None("only macOS has it");
        if (version < Oldest)
            return DeviceDetection.None($"macOS {version} is too old", $"Update to macOS {Recommended} or later ({Oldest} at least).");
        List<string> warnings = version < Recommended
            ? [$"macOS {version} is older than {Recommended}, with which the runtime is built. Update macOS if models fail to load."]
            : [];

        DeviceDetection metal = WebGpuBackend.Detect(providers, WebGpuBackend.GraphicsAdapters, Name);
        List<Device> devices = [.. metal.Devices.Select(device => device with { Warnings = [.. device.Warnings, .. warnings] })];
        if (providers.Has(CoreMlProvider))
            devices.Add(CoreMl(metal.Devices.Count > 0 ? metal.Devices[0].Description : MacInformation.ChipName() ?? "Apple GPU", version, warnings));
        return devices.Count > 0 ? DeviceDetection.Found(devices) : metal;
    }

    public void Configure(Device device, string modelPath, SessionOptions session)
    {
        if (device.Index != CoreMlIndex)
        {
            WebGpuBackend.Append(modelPath, session);
            return;
        }

        session.AppendExecutionProvider("CoreML", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ModelFormat"] = "MLProgram",
            ["MLComputeUnits"] = "CPUAndGPU",

            // Half precision would change words near a tie; results have to be those of the CPU.
            ["AllowLowPrecisionAccumulationOnGPU"] = "0",
        });
    }

    private Device CoreMl(string chip, Version version, IReadOnlyList<string> warnings) => new()
    {
        Name = Device.NameOf(Name, CoreMlIndex),
        Backend = Name,
        Index = CoreMlIndex,
        IsAlternative = true,
        Kind = DeviceKind.Gpu,
        Description = $"{chip} (Core ML)",
        Provider = CoreMlProvider,
        MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Driver = $"Core ML of macOS {version}",
        Limits = new DeviceLimits
        {
            MaxBatchSeconds = 60,
            FrameBuckets = ShapeBuckets.Frames,
            Concurrency = DeviceConcurrency.OneRunAtATime,
        },
        Warnings = warnings,
    };
}
