using System.Globalization;

namespace Parley.Transcripts.Formats;

/// <summary>RTTM (NIST RT-09 evaluation plan, appendix A): one SPEAKER line for each turn; fields are separated by blanks, so names lose theirs.</summary>
internal static class RttmFormat
{
    public static void Write(Transcript transcript, TranscriptDocument document, TextWriter output)
    {
        string file = CleanText.OneWord(Path.GetFileNameWithoutExtension(document.FileName), otherwise: "recording");
        foreach (TranscriptTurn turn in transcript.Turns)
        {
            if (turn.EndMs <= turn.StartMs)
                continue;
            string start = Exact(Math.Max(0, turn.StartMs)), length = Exact(turn.EndMs - Math.Max(0L, turn.StartMs));
            if (turn.EndMs > 0)
                output.Write($"SPEAKER {file} 1 {start} {length} <NA> <NA> {CleanText.OneWord(turn.Speaker, otherwise: "<NA>")} <NA> <NA>\n");
        }
    }

    private static string Exact(long milliseconds) => (milliseconds / 1000m).ToString("F3", CultureInfo.InvariantCulture);
}
