using Parley.Asr;
using Parley.Transcripts;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>A stretch of a transcript as OpenAI's clients list it: about a sentence, of one speaker.</summary>
/// <param name="Index">From 0.</param>
/// <param name="StartMs">Start of its first word.</param>
/// <param name="EndMs">End of its last word.</param>
/// <param name="Text">As it stands in the running text, with the blank before it if there is one: all segments together are the text.</param>
/// <param name="Speaker">Label; null without speakers.</param>
/// <param name="Words">Its words.</param>
internal sealed record SpokenSegment(int Index, int StartMs, int EndMs, string Text, string? Speaker, IReadOnlyList<Word> Words)
{
    private const int MaxMs = 30_000;
    private const int PauseMs = 3_000;

    /// <summary>The segments of a transcript. The sentences of the library end at commas; here they go on until a full stop.</summary>
    public static IReadOnlyList<SpokenSegment> Of(Transcript transcript)
    {
        List<SpokenSegment> segments = [];
        SpokenSegment? open = null;
        TranscriptSentence? before = null;
        foreach (TranscriptSentence sentence in transcript.Sentences.Where(sentence => sentence.Text.Length > 0))
        {
            string text = TranscriptText.Between(before, sentence) + sentence.Text;
            if (open is not null && GoesOn(open, sentence))
            {
                open = open with { EndMs = sentence.EndMs, Text = open.Text + text, Words = [.. open.Words, .. sentence.Words] };
            }
            else
            {
                if (open is not null)
                    segments.Add(open);
                open = new SpokenSegment(segments.Count, sentence.StartMs, sentence.EndMs, text, sentence.Speaker, sentence.Words);
            }

            before = sentence;
        }

        if (open is not null)
            segments.Add(open);
        return segments;
    }

    private static bool GoesOn(SpokenSegment open, TranscriptSentence next)
        => string.Equals(open.Speaker, next.Speaker, StringComparison.Ordinal)
            && open.Text[^1] is not ('.' or '?' or '!' or '。' or '？' or '！')
            && next.StartMs - open.EndMs < PauseMs
            && next.EndMs - open.StartMs <= MaxMs;
}
