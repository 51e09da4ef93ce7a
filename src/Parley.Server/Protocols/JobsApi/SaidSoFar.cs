using Parley.Transcripts;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>What one reader of a job's events has been told of its text. For one reader.</summary>
internal sealed class SaidSoFar
{
    private IReadOnlyList<TranscriptSentence> _told = [];

    /// <summary>Takes all that has been settled; what was told before is told no more.</summary>
    /// <returns>The first sentence that is new. 0 when the job was begun anew: its text is then told from the beginning.</returns>
    public int Take(IReadOnlyList<TranscriptSentence> sentences)
    {
        // Within an attempt the list only grows, by the same objects.
        int count = _told.Count;
        bool goesOn = count <= sentences.Count && (count == 0 || ReferenceEquals(_told[count - 1], sentences[count - 1]));
        _told = sentences;
        return goesOn ? count : 0;
    }
}
