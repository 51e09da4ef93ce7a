using Microsoft.ML.OnnxRuntime;
using Parley.Inference.Kernels;

namespace Parley.Inference.Devices;

/// <summary>The processor. Always there; every other backend falls back to it.</summary>
internal sealed class CpuBackend : IDeviceBackend
{
    public const string DeviceName = "cpu";

    // A core computes padding as slowly as speech, and four segments at once are only some 4 % cheaper than one after the other.
    private const double MaxPadding = 0.05;

    public string Name => DeviceName;

    public DeviceDetection Detect() => DeviceDetection.Found(new Device
    {
        Name = DeviceName,
        Backend = DeviceName,
        Kind = DeviceKind.Cpu,
        Description = $"{CpuInformation.ModelName()}, {CpuBudget.Current.Threads} threads",
        Provider = "CPUExecutionProvider",
        MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Limits = new DeviceLimits { QuantizedWeights = true, MaxPadding = MaxPadding },
        Warnings = ProviderCatalog.Runtime.VersionWarnings(),
    });

    public void Configure(Device device, string modelPath, SessionOptions session)
    {
        // The runtime adds its CPU provider to every session.
        OwnOperators.Register(session);
    }
}
