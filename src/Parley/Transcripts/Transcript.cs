using Parley.Asr;

namespace Parley.Transcripts;

/// <summary>Who said what.</summary>
public sealed record Transcript
{
    /// <summary>Sentences in time order; empty for silence.</summary>
    public required IReadOnlyList<TranscriptSentence> Sentences { get; init; }

    /// <summary>Labels of the speakers, <c>Speaker1</c> first, by first appearance; empty without diarization.</summary>
    public required IReadOnlyList<string> Speakers { get; init; }

    /// <summary>Who spoke when, as found from the voices; empty without diarization.</summary>
    public required IReadOnlyList<TranscriptTurn> Turns { get; init; }

    /// <summary>Length of the recording.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How the transcript came about.</summary>
    public required Receipt Receipt { get; init; }
}

/// <summary>A sentence and its speaker.</summary>
/// <param name="Text">With its closing mark, trimmed.</param>
/// <param name="StartMs">Start of its first word, in milliseconds from the start of the recording.</param>
/// <param name="EndMs">End of its last word.</param>
/// <param name="Speaker">Label such as <c>Speaker1</c>; null without diarization.</param>
/// <param name="Words">Its words in time order.</param>
public sealed record TranscriptSentence(string Text, int StartMs, int EndMs, string? Speaker, IReadOnlyList<Word> Words)
{
    /// <summary>Language, emotion and sounds, as the recogniser heard them; null from recognisers that tell nothing but words.</summary>
    public SpeechTags? Tags { get; init; }
}

/// <summary>One speaker talking, [StartMs, EndMs).</summary>
public sealed record TranscriptTurn(int StartMs, int EndMs, string Speaker);

/// <summary>How a transcript came about: what ran where, and how long it took.</summary>
public sealed record Receipt
{
    /// <summary>The stages that ran, in pipeline order.</summary>
    public required IReadOnlyList<StageReceipt> Stages { get; init; }

    /// <summary>Seconds from the first read to the finished transcript.</summary>
    public required double WallSeconds { get; init; }

    /// <summary>Wall seconds for each second of audio; 0 for an empty recording.</summary>
    public required double Rtf { get; init; }

    /// <summary>Name of the model bundle.</summary>
    public required string Bundle { get; init; }

    /// <summary>What the reader should know: fall-backs taken, spans that failed, doubts about the models. Empty when all is well.</summary>
    public required IReadOnlyList<string> Notices { get; init; }

    /// <summary>What became of each hotword that was asked for, in order; empty without any.</summary>
    public IReadOnlyList<HotwordOutcome> Hotwords
    {
        get;
        init => field = value ?? []; // receipts that were stored before there were hotwords
    } = [];
}

/// <summary>One stage of the pipeline in the receipt.</summary>
/// <param name="Stage">Name of the room in lower case: audio, features, vad, asr, punctuation, speakers.</param>
/// <param name="Model">Model directory's name; null for stages without a model.</param>
/// <param name="Device">Device that really ran it, such as <c>cpu</c>; several, by first use and separated by commas, when one failed; null for stages without a model.</param>
/// <param name="Seconds">Time spent in the stage. Stages overlap, so the sum may exceed the wall time.</param>
public sealed record StageReceipt(string Stage, string? Model, string? Device, double Seconds);
