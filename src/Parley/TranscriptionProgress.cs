using Parley.Asr;
using Parley.Punctuation;

namespace Parley;

/// <summary>How far a stage has come. Stages overlap; <see cref="PipelineStage.Asr"/> takes longest and ends last but for joining.</summary>
/// <param name="Stage">The stage that moved on.</param>
/// <param name="Done">Audio that it has seen or that needs no work from it (silence counts).</param>
/// <param name="Total">Length of the recording as its container states it; null when unknown.</param>
public readonly record struct TranscriptionProgress(PipelineStage Stage, TimeSpan Done, TimeSpan? Total)
{
    private readonly IReadOnlyList<Sentence>? _settled;

    /// <summary>
    /// Sentences that <see cref="PipelineStage.Punctuation"/> has settled since its last report; nothing that follows changes them. All reports
    /// together hold the sentences of the analysis, in order; with figures where <see cref="RecognitionWish.Itn"/> is wished. Empty for every other stage.
    /// </summary>
    public IReadOnlyList<Sentence> Settled
    {
        get => _settled ?? [];
        init => _settled = value;
    }
}

/// <summary>The rooms that audio passes through, in order.</summary>
public enum PipelineStage
{
    /// <summary>Decoding and resampling.</summary>
    Audio,

    /// <summary>Log-mel features.</summary>
    Features,

    /// <summary>Voice activity.</summary>
    Vad,

    /// <summary>Recognition.</summary>
    Asr,

    /// <summary>Punctuation.</summary>
    Punctuation,

    /// <summary>Embeddings and grouping of voices.</summary>
    Speakers,

    /// <summary>Joining of sentences and speakers.</summary>
    Transcripts,
}
