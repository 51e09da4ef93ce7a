using System.Diagnostics;
using Parley.Punctuation;
using Parley.Speakers;
using Parley.TextNormalization;
using Parley.Transcripts;

namespace Parley;

/// <summary>From what was found to who said it: groups voices and joins them with sentences. Needs no model.</summary>
internal static class TranscriptAssembler
{
    /// <summary>What a receipt calls a stage.</summary>
    public static string NameOf(PipelineStage stage) => stage.ToString().ToLowerInvariant();

    /// <summary>Makes a transcript.</summary>
    /// <param name="analysis">What was found; stays as it is.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="options">How voices are grouped and sentences assigned.</param>
    /// <param name="normalize">Whether numbers are to be written in figures.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    public static Transcript Assemble(
        RecordingAnalysis analysis, TranscriptionRequest request, PipelineOptions options, bool normalize, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        StageClock clock = new();
        Diarization? diarization = null;
        if (request.Diarize)
        {
            using StageClock.Lap lap = clock.Run(PipelineStage.Speakers);
            diarization = analysis.Voices?.Group(request.Speakers, options.Diarization, cancellationToken);
        }

        IReadOnlyList<string> labels = diarization is null ? [] : TranscriptParts.Labels(Names(analysis, diarization, request, options));
        IReadOnlyList<TranscriptSentence> joined;
        using (clock.Run(PipelineStage.Transcripts))
        {
            // Before speakers are assigned: a number belongs to one of them.
            IReadOnlyList<Sentence> sentences = normalize ? InverseTextNormalizer.Normalize(analysis.Sentences) : analysis.Sentences;
            joined = TranscriptParts.Sentences(SpeakerAssigner.Assign(sentences, diarization?.Turns ?? [], options.Assignment), labels);
        }

        double wallSeconds = analysis.WallSeconds + Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Transcript
        {
            Sentences = joined,
            Speakers = labels,
            Turns = TranscriptParts.Turns(diarization, labels),
            Duration = analysis.Duration,
            Receipt = new Receipt
            {
                Bundle = analysis.Bundle,
                Stages = Stages(analysis, diarization is not null, clock),
                WallSeconds = wallSeconds,
                Rtf = analysis.Duration > TimeSpan.Zero ? wallSeconds / analysis.Duration.TotalSeconds : 0,
                Notices = analysis.Notices,
                Hotwords = analysis.Hotwords,
            },
        };
    }

    // Names of known voices, by speaker.
    private static string?[] Names(RecordingAnalysis analysis, Diarization diarization, TranscriptionRequest request, PipelineOptions options)
        => request.KnownVoices.Count == 0 || analysis.Voices is null
            ? new string?[diarization.SpeakerCount]
            : VoiceMatcher.Match(analysis.Voices, diarization, request.KnownVoices, options.Diarization.KnownVoiceSimilarity ?? DiarizationOptions.UsualKnownVoiceSimilarity);

    // Grouping belongs to the stage that made the embeddings.
    private static List<StageReceipt> Stages(RecordingAnalysis analysis, bool diarized, StageClock clock)
    {
        List<StageReceipt> stages = [];
        foreach (StageReceipt stage in analysis.Stages)
        {
            bool isSpeakers = string.Equals(stage.Stage, NameOf(PipelineStage.Speakers), StringComparison.Ordinal);
            if (!isSpeakers)
                stages.Add(stage);
            else if (diarized)
                stages.Add(stage with { Seconds = stage.Seconds + clock.Seconds(PipelineStage.Speakers) });
        }

        stages.Add(new StageReceipt(NameOf(PipelineStage.Transcripts), null, null, clock.Seconds(PipelineStage.Transcripts)));
        return stages;
    }
}
