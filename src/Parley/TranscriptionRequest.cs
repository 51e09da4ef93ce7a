using Parley.Asr;
using Parley.Speakers;

namespace Parley;

/// <summary>What is asked about one recording.</summary>
public sealed record TranscriptionRequest
{
    /// <summary>Whether to tell speakers apart. Needs a pipeline that was loaded with <see cref="PipelineOptions.Diarize"/>.</summary>
    public bool Diarize { get; init; } = true;

    /// <summary>What the caller knows about the number of speakers.</summary>
    public SpeakerCount Speakers { get; init; } = SpeakerCount.Unknown;

    /// <summary>
    /// Voices that have names (see <see cref="TranscriptionPipeline.EnrolVoice"/>): a speaker who has one of them is labelled with its name, all others are
    /// numbered as ever. Nobody is forced: see <see cref="DiarizationOptions.KnownVoiceSimilarity"/>.
    /// </summary>
    public IReadOnlyList<KnownVoice> KnownVoices { get; init; } = [];

    /// <summary>What is wished of the words.</summary>
    public RecognitionWish Recognition { get; init; } = RecognitionWish.None;
}
