using Parley.Speakers;

namespace Parley.Transcripts;

/// <summary>Turns what the speaker stage found into the parts of a transcript: numbers become labels, seconds become milliseconds.</summary>
internal static class TranscriptParts
{
    /// <summary>Label of a speaker number: <c>Speaker1</c> for 0.</summary>
    public static string Label(int speaker) => $"Speaker{speaker + 1}";

    /// <summary>Labels of all speakers in the order of their numbers; none without diarization.</summary>
    public static IReadOnlyList<string> Speakers(Diarization? diarization)
        => diarization is null ? [] : [.. Enumerable.Range(0, diarization.SpeakerCount).Select(Label)];

    /// <summary>Turns with labels; none without diarization.</summary>
    public static IReadOnlyList<TranscriptTurn> Turns(Diarization? diarization)
        => diarization is null ? [] : [.. diarization.Turns.Select(turn => new TranscriptTurn(ToMs(turn.StartSeconds), ToMs(turn.EndSeconds), Label(turn.Speaker)))];

    /// <summary>Sentences with labels.</summary>
    public static IReadOnlyList<TranscriptSentence> Sentences(IEnumerable<SpeakerSentence> sentences)
        => [.. sentences.Select(item => new TranscriptSentence(
            item.Sentence.Text,
            item.Sentence.StartMs,
            item.Sentence.EndMs,
            item.Speaker is { } speaker ? Label(speaker) : null,
            item.Sentence.Words))];

    private static int ToMs(double seconds) => (int)Math.Round(seconds * 1000);
}
