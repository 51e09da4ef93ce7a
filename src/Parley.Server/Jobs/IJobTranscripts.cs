using Parley.Transcripts.Edits;

namespace Parley.Server.Jobs;

/// <summary>Transcripts of completed jobs, and what people correct in them. Part of the door to jobs. Safe for concurrent calls.</summary>
internal interface IJobTranscripts
{
    /// <summary>The transcript of a job.</summary>
    /// <param name="id">The job.</param>
    /// <param name="asMachine">Whether edits are left out.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null when there is no such job, or it is not completed.</returns>
    Task<JobTranscript?> FindAsync(Guid id, bool asMachine, CancellationToken cancellationToken);

    /// <summary>The revision of a job and the edits that count, oldest first; null when there is no such job.</summary>
    (int Revision, IReadOnlyList<JobEdit> Edits)? Edits(Guid id);

    /// <summary>Changes the transcript. Of two changes on the same revision exactly one is done.</summary>
    /// <param name="id">The job.</param>
    /// <param name="revision">What the change was made on.</param>
    /// <param name="operations">What to do: all of it, or nothing.</param>
    /// <param name="user">Who; null without authentication.</param>
    /// <param name="cancellationToken">Ends the wait; a change that is being written is ended.</param>
    Task<EditOutcome> EditAsync(Guid id, int revision, IReadOnlyList<EditOperation> operations, string? user, CancellationToken cancellationToken);

    /// <summary>Takes the last change back. The revision grows by this, too.</summary>
    /// <param name="id">The job.</param>
    /// <param name="revision">What the caller sees now.</param>
    /// <param name="cancellationToken">As above.</param>
    Task<EditOutcome> UndoAsync(Guid id, int revision, CancellationToken cancellationToken);
}
