namespace Parley.Audio;

/// <summary>A recording as a stream of mono samples at 16 kHz in [-1, 1]. Not safe for concurrent reads.</summary>
public abstract class AudioSource : IDisposable
{
    /// <summary>The length that the container states; null when it states none (pipes, some streams). It may be off by a little.</summary>
    public abstract TimeSpan? Duration { get; }

    /// <summary>Reads the next samples.</summary>
    /// <param name="destination">Receives mono samples in [-1, 1] at 16 kHz.</param>
    /// <param name="cancellationToken">Ends the read and whatever process stands behind it.</param>
    /// <returns>Samples written, at least one; 0 at the end of the recording.</returns>
    /// <exception cref="AudioDecodeException">The recording is damaged, truncated, too long, or no audio at all.</exception>
    public abstract int Read(Span<float> destination, CancellationToken cancellationToken);

    /// <summary>Lets go of files and processes.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of files and processes.</summary>
    protected abstract void Dispose(bool disposing);
}
