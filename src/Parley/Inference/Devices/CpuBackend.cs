using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference.Devices;

/// <summary>The processor. Always there; every other backend falls back to it.</summary>
internal sealed class CpuBackend : IDeviceBackend
{
    public const string DeviceName = "cpu";

    public string Name => DeviceName;

    public DeviceDetection Detect() => DeviceDetection.Found(new Device
    {
        Name = DeviceName,
        Backend = DeviceName,
        Kind = DeviceKind.Cpu,
        Description = $"{CpuInformation.ModelName()}, {CpuBudget.Current.Threads} threads",
        Provider = "CPUExecutionProvider",
        MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Limits = new DeviceLimits { QuantizedWeights = true },
        Warnings = ProviderCatalog.Runtime.VersionWarnings(),
    });

    public void Configure(Device device, string modelPath, SessionOptions session)
    {
        // The runtime adds its CPU provider to every session.
    }
}
