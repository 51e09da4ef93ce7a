namespace Parley.Inference.Devices;

/// <summary>A graphics adapter as the system describes it.</summary>
/// <param name="Name">The maker's name.</param>
/// <param name="IsSoftware">Whether it computes on the processor.</param>
/// <param name="MemoryBytes">Its memory; null when unknown.</param>
/// <param name="Driver">Driver version; null when unknown.</param>
/// <param name="MaxBufferBytes">Largest buffer that a shader can see; null when unknown.</param>
internal sealed record GraphicsAdapter(string Name, bool IsSoftware, long? MemoryBytes, string? Driver, long? MaxBufferBytes);
