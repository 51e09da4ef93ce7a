namespace Parley.Inference.Devices;

/// <summary>Whether a whole pipeline on a device gives the same transcript as on the CPU.</summary>
public sealed record TranscriptCheck
{
    /// <summary>What was measured where.</summary>
    public required DeviceFingerprint On { get; init; }

    /// <summary>SHA-256 of the recogniser's file, which stands for the bundle.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Name of the recording.</summary>
    public required string Sample { get; init; }

    /// <summary>The first difference, in one line; null when words, times and speakers are the same.</summary>
    public string? Difference { get; init; }
}
