using Parley.Transcripts.Cues;

namespace Parley.Transcripts.Formats;

/// <summary>WebVTT (W3C): the same cues as SRT, the speaker as a voice tag <c>&lt;v Speaker1&gt;</c>; markup characters in the text are escaped.</summary>
internal static class VttFormat
{
    public static void Write(Transcript transcript, TranscriptDocument document, TextWriter output)
    {
        output.Write("WEBVTT\n");
        foreach (Cue cue in CueBuilder.Build(transcript.Sentences, labelTurns: false))
        {
            output.Write($"\n{Timestamp.Vtt(cue.StartMs)} --> {Timestamp.Vtt(cue.EndMs)}\n");
            if (document.ShowSpeakers && cue.Speaker is { Length: > 0 } speaker)
                output.Write($"<v {Escape(speaker)}>");
            foreach (string line in cue.Lines)
                output.Write($"{Escape(line)}\n");
        }
    }

    private static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);
}
