namespace Parley.Transcripts;

/// <summary>For whom JSON and SRT are laid out; the other formats have one layout.</summary>
public enum TranscriptStyle
{
    /// <summary>
    /// For people. SRT: cues of at most two lines of 42 columns and, as a rule, 7 seconds; a cue never holds two speakers. JSON: indented,
    /// and a blank where the texts of two merged sentences would otherwise run together ("Yes. I do.").
    /// </summary>
    Reader,

    /// <summary>
    /// For clients of funasr_spk_server. SRT: one cue for each sentence, <c>Speaker1:text</c> on one line. JSON: on one line,
    /// merged texts follow each other without a blank.
    /// </summary>
    Seeds,
}
