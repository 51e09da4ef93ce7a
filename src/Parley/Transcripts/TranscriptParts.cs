using Parley.Speakers;

namespace Parley.Transcripts;

/// <summary>Turns what the speaker stage found into the parts of a transcript: numbers become labels, seconds become milliseconds.</summary>
internal static class TranscriptParts
{
    /// <summary>Label of a speaker number: <c>Speaker1</c> for 0.</summary>
    public static string Label(int speaker) => $"Speaker{speaker + 1}";

    /// <summary>Labels of all speakers in the order of their numbers: the names of those who have one, numbers for the others. No two are alike.</summary>
    /// <param name="names">A name, or null, for each speaker.</param>
    public static IReadOnlyList<string> Labels(IReadOnlyList<string?> names)
    {
        HashSet<string> taken = [.. names.OfType<string>()];
        List<string> labels = [];
        for (int speaker = 0; speaker < names.Count; speaker++)
        {
            string label = names[speaker] ?? Label(speaker);
            for (int other = names.Count; names[speaker] is null && !taken.Add(label); other++)
                label = Label(other); // somebody is called like a number
            labels.Add(label);
        }

        return labels;
    }

    /// <summary>Turns with labels; none without diarization.</summary>
    public static IReadOnlyList<TranscriptTurn> Turns(Diarization? diarization, IReadOnlyList<string> labels)
        => diarization is null ? [] : [.. diarization.Turns.Select(turn => new TranscriptTurn(ToMs(turn.StartSeconds), ToMs(turn.EndSeconds), labels[turn.Speaker]))];

    /// <summary>Sentences with labels.</summary>
    public static IReadOnlyList<TranscriptSentence> Sentences(IEnumerable<SpeakerSentence> sentences, IReadOnlyList<string> labels)
        => [.. sentences.Select(item => new TranscriptSentence(
            item.Sentence.Text,
            item.Sentence.StartMs,
            item.Sentence.EndMs,
            item.Speaker is { } speaker ? labels[speaker] : null,
            item.Sentence.Words) { Tags = item.Sentence.Tags })];

    private static int ToMs(double seconds) => (int)Math.Round(seconds * 1000);
}
