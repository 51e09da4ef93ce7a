using Parley.Asr;

namespace Parley.Transcripts;

/// <summary>Neighbouring sentences of one speaker.</summary>
/// <param name="StartSeconds">Start of the first sentence, rounded to 2 decimals.</param>
/// <param name="EndSeconds">End of the last sentence, rounded to 2 decimals.</param>
/// <param name="Text">Trimmed texts of the sentences, one after the other.</param>
/// <param name="Speaker">Label; null without diarization.</param>
/// <param name="Words">Their words in order.</param>
internal sealed record TranscriptSegment(double StartSeconds, double EndSeconds, string Text, string? Speaker, IReadOnlyList<Word> Words)
{
    /// <summary>What is said of most of them, and all their events; null from recognisers that tell nothing but words.</summary>
    public SpeechTags? Tags { get; init; }
}
