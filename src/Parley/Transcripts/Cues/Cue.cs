namespace Parley.Transcripts.Cues;

/// <summary>One subtitle, [StartMs, EndMs).</summary>
/// <param name="StartMs">When it appears; never before the previous one ended.</param>
/// <param name="EndMs">When it goes; always after <paramref name="StartMs"/>.</param>
/// <param name="Speaker">Label; null without diarization.</param>
/// <param name="Lines">One or two lines, none empty.</param>
internal sealed record Cue(long StartMs, long EndMs, string? Speaker, IReadOnlyList<string> Lines);
