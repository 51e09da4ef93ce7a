using Parley.Audio;

namespace Parley.Server.Jobs;

/// <summary>Recordings of jobs, for people who listen. Part of the door to jobs. Safe for concurrent calls.</summary>
internal interface IRecordings
{
    /// <summary>What is heard in a browser: the recording itself where browsers play it, else a copy that is made once.</summary>
    /// <param name="job">Whose.</param>
    /// <param name="cancellationToken">Ends the making; nothing half-made stays.</param>
    /// <returns>The open file; null when the recording is not there. The caller disposes it.</returns>
    /// <exception cref="AudioDecodeException">There is no sound that can be played.</exception>
    Task<OpenRecording?> ListenAsync(JobStatus job, CancellationToken cancellationToken);

    /// <summary>What a picture of the recording is drawn from; measured once.</summary>
    /// <param name="job">Whose.</param>
    /// <param name="cancellationToken">Ends the measuring.</param>
    /// <returns>Null when the recording is not there.</returns>
    /// <exception cref="AudioDecodeException">It cannot be read to its end.</exception>
    Task<Waveform?> WaveformAsync(JobStatus job, CancellationToken cancellationToken);
}

/// <summary>A file that is open for reading: it can be read to its end, whatever becomes of its name.</summary>
/// <param name="File">The bytes.</param>
/// <param name="MediaType">One of a few types of sound and video; never what its sender said.</param>
/// <param name="ChangedAt">When it was written.</param>
internal sealed record OpenRecording(FileStream File, string MediaType, DateTimeOffset ChangedAt);
