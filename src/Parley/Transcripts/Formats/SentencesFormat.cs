namespace Parley.Transcripts.Formats;

/// <summary>
/// One entry for each sentence, an empty line between entries: <c>[3] 00:54.530 -> 00:55.790 | Speaker2</c>, on the next line the text.
/// Numbers count from 1; from one hour on times are <c>HH:MM:SS.mmm</c>; without diarization the line ends after the times.
/// </summary>
internal static class SentencesFormat
{
    public static void Write(Transcript transcript, TranscriptDocument document, TextWriter output)
    {
        int number = 0;
        foreach (TranscriptSentence sentence in transcript.Sentences)
        {
            string text = CleanText.OneLine(sentence.Text);
            if (text.Length == 0)
                continue;
            if (number++ > 0)
                output.Write('\n');
            output.Write($"[{number}] {Timestamp.Short(sentence.StartMs)} -> {Timestamp.Short(sentence.EndMs)}");
            if (document.ShowSpeakers && sentence.Speaker is not null)
                output.Write($" | {CleanText.OneLine(sentence.Speaker)}");
            output.Write($"\n{text}\n");
        }
    }
}
