namespace Parley.Audio;

/// <summary>A recording at its own rate, already mixed to mono. Not safe for concurrent reads.</summary>
internal interface ISampleReader : IDisposable
{
    /// <summary>Samples in a second.</summary>
    int SampleRateHz { get; }

    /// <summary>The length that the container states; null when it states none.</summary>
    TimeSpan? Duration { get; }

    /// <summary>Whether <see cref="Duration"/> is near enough to the truth to refuse a recording for it.</summary>
    bool DurationIsReliable { get; }

    /// <summary>Reads the next samples, the arithmetic mean of the channels.</summary>
    /// <returns>Samples written, at least one; 0 at the end.</returns>
    /// <exception cref="AudioDecodeException">The recording is damaged or ends too early.</exception>
    int Read(Span<float> mono, CancellationToken cancellationToken);
}
