namespace Parley.Inference.Devices;

/// <summary>Every backend of this program.</summary>
internal static class DeviceBackends
{
    /// <summary>In the order in which <c>auto</c> prefers them; the CPU is last, since it is always there.</summary>
    public static IReadOnlyList<IDeviceBackend> All { get; } =
    [
        new MpsBackend(),
        new CudaBackend(),
        new RocmBackend(),
        new XpuBackend(),
        new WebGpuBackend(),
        new DirectMlBackend(),
        new CpuBackend(),
    ];
}
