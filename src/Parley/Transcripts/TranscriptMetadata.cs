using System.Text.Json.Serialization;
using Parley.Asr;

namespace Parley.Transcripts;

/// <summary>What a written transcript delivers, as clients of funasr_spk_server are told; names become snake case in JSON.</summary>
/// <param name="Engine">Always <c>funasr</c>: the models are of that family.</param>
/// <param name="Diarize">Whether speakers were sought and are shown.</param>
/// <param name="WordAlign">Whether words with their times are there.</param>
/// <param name="Language">What the caller asked for, trimmed; null when nothing was.</param>
/// <param name="Projected">Whether labels were taken away from a labelled result.</param>
public sealed record TranscriptMetadata(string Engine, bool Diarize, bool WordAlign, string? Language, bool Projected)
{
    /// <summary>What became of each hotword that was asked for; null, and not written, without any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<HotwordOutcome>? Hotwords { get; init; }

    /// <summary>The metadata of a transcript that is written as the document says.</summary>
    /// <param name="transcript">What was said.</param>
    /// <param name="document">How it is written.</param>
    /// <param name="hasWords">Whether words are written with it.</param>
    public static TranscriptMetadata Of(Transcript transcript, TranscriptDocument document, bool hasWords)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        ArgumentNullException.ThrowIfNull(document);
        bool labelled = transcript.Sentences.Any(sentence => sentence.Speaker is not null);
        bool diarized = labelled || transcript.Receipt.Stages.Any(stage => string.Equals(stage.Stage, "speakers", StringComparison.Ordinal));
        return new TranscriptMetadata("funasr", diarized && document.ShowSpeakers, hasWords, document.Language?.Trim(), labelled && !document.ShowSpeakers)
        {
            Hotwords = transcript.Receipt.Hotwords.Count > 0 ? [.. transcript.Receipt.Hotwords.Select(Clean)] : null,
        };
    }

    private static HotwordOutcome Clean(HotwordOutcome hotword)
        => new(CleanText.WellFormed(hotword.Word), hotword.Reason is { } reason ? CleanText.WellFormed(reason) : null);
}
