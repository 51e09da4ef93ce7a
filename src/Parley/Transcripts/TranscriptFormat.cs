namespace Parley.Transcripts;

/// <summary>What a transcript can be written as.</summary>
public enum TranscriptFormat
{
    /// <summary>Plain text: a paragraph for each speaker's turn.</summary>
    Txt,

    /// <summary>One JSON object: segments, speakers, receipt.</summary>
    Json,

    /// <summary>SubRip subtitles.</summary>
    Srt,

    /// <summary>WebVTT subtitles with voice tags.</summary>
    Vtt,

    /// <summary>One entry for each sentence: number, times and speaker, then the text.</summary>
    Sentences,

    /// <summary>Rich Transcription Time Marked (NIST): who spoke when, without text.</summary>
    Rttm,

    /// <summary>A document for word processors (Office Open XML). Bytes, not text.</summary>
    Docx,
}
