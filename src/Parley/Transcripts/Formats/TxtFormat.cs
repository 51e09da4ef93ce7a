namespace Parley.Transcripts.Formats;

/// <summary>Plain text: one line for each speaker's turn, <c>Speaker1: text</c>, an empty line between turns. A pause of 3 seconds starts a new paragraph too.</summary>
internal static class TxtFormat
{
    public static void Write(Transcript transcript, TranscriptDocument document, TextWriter output)
    {
        bool first = true;
        foreach (TranscriptSegment segment in SentenceMerger.Merge(transcript.Sentences, spaceOut: true))
        {
            string text = CleanText.OneLine(segment.Text);
            if (text.Length == 0)
                continue;
            if (!first)
                output.Write('\n');
            first = false;
            if (document.ShowSpeakers && segment.Speaker is not null)
                output.Write($"{CleanText.OneLine(segment.Speaker)}: ");
            output.Write(text);
            output.Write('\n');
        }
    }
}
