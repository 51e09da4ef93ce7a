namespace Parley.Inference.Devices;

/// <summary>Input lengths for providers that compile a model for each shape.</summary>
internal static class ShapeBuckets
{
    /// <summary>
    /// In frames of 60 ms: 3 s to 60 s. Each is at most twice the one before, so padding never doubles the work and half a dozen
    /// compilations serve every recording.
    /// </summary>
    public static IReadOnlyList<int> Frames { get; } = [50, 100, 200, 350, 500, 750, 1000];
}
