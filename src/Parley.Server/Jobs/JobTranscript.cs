using Parley.Transcripts.Edits;

namespace Parley.Server.Jobs;

/// <summary>The transcript of a completed job, as people have corrected it.</summary>
/// <param name="Machine">As the machine made it.</param>
/// <param name="Edited">With the edits that were asked for.</param>
/// <param name="Revision">Number of what <paramref name="Edited"/> holds; 0: the machine's.</param>
internal sealed record JobTranscript(JobResult Machine, EditedTranscript Edited, int Revision)
{
    /// <summary>What every format is written from: the result with the edits in it.</summary>
    public JobResult Result => Revision == 0 ? Machine : Machine with { Transcript = Edited.ToTranscript() };

    /// <summary>Whether labels are to be shown: the job asked for them, or people have said who speaks.</summary>
    public bool ShowsSpeakers => Machine.Options.Diarize || (Revision > 0 && Edited.Speakers.Count > 0);
}

/// <summary>One change that people made.</summary>
/// <param name="Revision">Of the transcript after it.</param>
/// <param name="Operations">What was done, in order.</param>
/// <param name="At">When.</param>
/// <param name="User">Who; null without authentication.</param>
internal sealed record JobEdit(int Revision, IReadOnlyList<EditOperation> Operations, DateTimeOffset At, string? User);

/// <summary>What became of a change.</summary>
internal abstract record EditOutcome
{
    private EditOutcome()
    {
    }

    /// <summary>It is on the disk.</summary>
    internal sealed record Done(JobTranscript Transcript) : EditOutcome;

    /// <summary>Somebody else has changed the transcript meanwhile; nothing was done.</summary>
    /// <param name="Revision">The present one.</param>
    internal sealed record Conflict(int Revision) : EditOutcome;

    /// <summary>It cannot be done; nothing was.</summary>
    /// <param name="Message">Says why, and what to do.</param>
    internal sealed record Refused(string Message) : EditOutcome;

    /// <summary>There is no transcript: no such job, or it is not completed.</summary>
    internal sealed record NoTranscript : EditOutcome;
}
