namespace Parley.Inference.Devices;

/// <summary>What kind of hardware a device is.</summary>
public enum DeviceKind
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>A graphics or compute card, or the graphics part of a chip.</summary>
    Gpu,

    /// <summary>A graphics driver that computes on the processor (SwiftShader, llvmpipe, WARP): real to programs, but slower than the CPU itself.</summary>
    SoftwareGpu,
}
