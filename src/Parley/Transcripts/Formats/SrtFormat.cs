using Parley.Transcripts.Cues;

namespace Parley.Transcripts.Formats;

/// <summary>SubRip: number, times, text, an empty line between cues. Numbers are consecutive, times exact to the millisecond; silence is an empty file.</summary>
internal static class SrtFormat
{
    public static void Write(Transcript transcript, TranscriptDocument document, TextWriter output)
    {
        List<Cue> cues = document.Style == TranscriptStyle.Seeds
            ? Seeds(transcript, document.ShowSpeakers)
            : CueBuilder.Build(transcript.Sentences, labelTurns: document.ShowSpeakers);
        for (int i = 0; i < cues.Count; i++)
        {
            if (i > 0)
                output.Write('\n');
            output.Write($"{i + 1}\n{Timestamp.Srt(cues[i].StartMs)} --> {Timestamp.Srt(cues[i].EndMs)}\n");
            foreach (string line in cues[i].Lines)
                output.Write($"{WithoutArrow(line)}\n");
        }
    }

    /// <summary>One cue for each sentence, label and ASCII colon before it. Without labels the sentences of a segment share a cue: there the original has only segments.</summary>
    private static List<Cue> Seeds(Transcript transcript, bool showSpeakers)
    {
        List<Cue> cues = [];
        bool merged = !showSpeakers && transcript.Sentences.Any(sentence => sentence.Speaker is not null);
        if (merged)
        {
            foreach (TranscriptSegment segment in SentenceMerger.Merge(transcript.Sentences, spaceOut: false))
                Add(Milliseconds(segment.StartSeconds), Milliseconds(segment.EndSeconds), label: null, segment.Text);
        }
        else
        {
            foreach (TranscriptSentence sentence in transcript.Sentences)
                Add(sentence.StartMs, sentence.EndMs, showSpeakers ? sentence.Speaker : null, sentence.Text);
        }

        return cues;

        void Add(long startMs, long endMs, string? label, string text)
        {
            string line = CleanText.OneLine(text);
            if (line.Length > 0)
                cues.Add(new Cue(startMs, endMs, label, [label is null ? line : $"{CleanText.OneLine(label)}:{line}"]));
        }
    }

    private static long Milliseconds(double seconds) => (long)Math.Round(seconds * 1000);

    // Readers take a line with this arrow for the times of the next cue.
    private static string WithoutArrow(string line) => line.Replace("-->", "→", StringComparison.Ordinal);
}
