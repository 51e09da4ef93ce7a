using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Asr;

namespace Parley.Transcripts.Formats;

/// <summary>The result object of funasr_spk_server, and a receipt. Chinese stays readable: only what JSON demands is escaped.</summary>
internal static class JsonFormat
{
    /// <summary>Compact, for clients.</summary>
    public static JsonTypeInfo<JsonTranscript> Compact { get; } = Options(indented: false);

    /// <summary>Indented, for people.</summary>
    public static JsonTypeInfo<JsonTranscript> Indented { get; } = Options(indented: true);

    public static void Write(Transcript transcript, TranscriptDocument document, TextWriter output)
    {
        bool forPeople = document.Style == TranscriptStyle.Reader;
        using (Utf8TextStream utf8 = new(output))
            JsonSerializer.Serialize(utf8, From(transcript, document), forPeople ? Indented : Compact);
        output.Write('\n');
    }

    public static void Write(Transcript transcript, TranscriptDocument document, Utf8JsonWriter output)
        => JsonSerializer.Serialize(output, From(transcript, document), Compact);

    public static JsonTranscript From(Transcript transcript, TranscriptDocument document)
    {
        List<TranscriptSegment> merged = SentenceMerger.Merge(transcript.Sentences, spaceOut: document.Style == TranscriptStyle.Reader);
        bool words = document.IncludeWords && merged.Any(segment => segment.Words.Count > 0);
        JsonSegment[] segments = [.. merged.Select(segment => Segment(segment, document.ShowSpeakers, words))];
        return new JsonTranscript(
            document.TaskId,
            CleanText.WellFormed(document.FileName),
            document.FileHash,
            Finite(Math.Round(transcript.Duration.TotalSeconds, 3)),
            segments,
            [.. segments.Select(segment => segment.Speaker).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            document.CreatedAt.DateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
            Finite(Math.Round(transcript.Receipt.WallSeconds, 3)),
            Error: null,
            TranscriptMetadata.Of(transcript, document, words),
            Receipt(transcript.Receipt));
    }

    private static JsonSegment Segment(TranscriptSegment segment, bool showSpeaker, bool words) => new(
        segment.StartSeconds,
        segment.EndSeconds,
        CleanText.WellFormed(segment.Text),
        showSpeaker && segment.Speaker is not null ? CleanText.WellFormed(segment.Speaker) : null,
        words ? [.. segment.Words.Select(Word)] : null)
    {
        Language = segment.Tags?.Language,
        Emotion = segment.Tags?.Emotion,
        Events = segment.Tags?.Events,
    };

    private static JsonWord Word(Word word) => new(
        CleanText.WellFormed(word.Text),
        word.StartMs / 1000.0,
        word.EndMs / 1000.0,
        float.IsFinite(word.Confidence) ? Math.Round(word.Confidence, 4) : null);

    private static JsonReceipt Receipt(Receipt receipt) => new(
        [.. receipt.Stages.Select(stage => new JsonStage(stage.Stage, stage.Model, stage.Device, Finite(Math.Round(stage.Seconds, 3))))],
        Finite(Math.Round(receipt.WallSeconds, 3)),
        Finite(Math.Round(receipt.Rtf, 4)),
        receipt.Bundle,
        [.. receipt.Notices.Select(CleanText.WellFormed)]);

    // JSON knows neither infinity nor NaN.
    private static double Finite(double value) => double.IsFinite(value) ? value : 0;

    private static JsonTypeInfo<JsonTranscript> Options(bool indented) => (JsonTypeInfo<JsonTranscript>)new JsonSerializerOptions
    {
        TypeInfoResolver = TranscriptJsonContext.Default,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = indented,
        NewLine = "\n",
    }.GetTypeInfo(typeof(JsonTranscript));
}
