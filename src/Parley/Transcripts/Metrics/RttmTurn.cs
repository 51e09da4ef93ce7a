namespace Parley.Transcripts.Metrics;

/// <summary>One SPEAKER line of an RTTM file.</summary>
/// <param name="FileId">Which recording.</param>
/// <param name="Turn">Who spoke when; rounded to milliseconds.</param>
public sealed record RttmTurn(string FileId, TranscriptTurn Turn);
