using System.Text.Json.Serialization;

namespace Parley.Transcripts.Formats;

/// <summary>The JSON object; names become snake case (<c>file_name</c>). Times in seconds.</summary>
internal sealed record JsonTranscript(
    string? TaskId,
    string FileName,
    string? FileHash,
    double Duration,
    IReadOnlyList<JsonSegment> Segments,
    IReadOnlyList<string> Speakers,
    string CreatedAt,
    double ProcessingTime,
    string? Error,
    TranscriptMetadata Metadata,
    JsonReceipt Receipt);

/// <summary>Neighbouring sentences of one speaker; <c>words</c> is null when they were not asked for.</summary>
internal sealed record JsonSegment(double StartTime, double EndTime, string Text, string? Speaker, IReadOnlyList<JsonWord>? Words)
{
    /// <summary>Absent where the recogniser does not tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Language { get; init; }

    /// <summary>Absent where the recogniser does not tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Emotion { get; init; }

    /// <summary>Absent where the recogniser does not tell; empty where it heard nothing in particular.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Events { get; init; }
}

/// <summary>A word; confidence is null when the model gave none.</summary>
internal sealed record JsonWord(string Text, double Start, double End, double? Confidence);

/// <summary>How the transcript came about.</summary>
internal sealed record JsonReceipt(IReadOnlyList<JsonStage> Stages, double WallSeconds, double Rtf, string Bundle, IReadOnlyList<string> Notices);

/// <summary>One stage of the pipeline.</summary>
internal sealed record JsonStage(string Stage, string? Model, string? Device, double Seconds);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(JsonTranscript))]
internal sealed partial class TranscriptJsonContext : JsonSerializerContext;
