namespace Parley.Inference.Devices;

/// <summary>Everything that one round of measuring says about a device.</summary>
/// <param name="Models">One for each model of the bundle.</param>
/// <param name="Transcript">The whole pipeline; null for the CPU, which is compared with itself, and when the device failed before.</param>
public sealed record DeviceTrial(IReadOnlyList<ModelMeasurement> Models, TranscriptCheck? Transcript);
