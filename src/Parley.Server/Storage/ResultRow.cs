namespace Parley.Server.Storage;

/// <summary>One transcript: kept for the jobs that point to it, and for the cache while <see cref="IsCached"/>.</summary>
internal sealed class ResultRow
{
    /// <summary>In place of a model's identity: the row came from another server's cache.</summary>
    public const string ImportedModel = "imported";

    public long Id { get; set; }

    public string Md5 { get; set; } = "";

    /// <summary>Null in imported rows: only the MD5 of those recordings is known.</summary>
    public string? Sha256 { get; set; }

    /// <summary>Bytes of the recording; null in imported rows.</summary>
    public long? Length { get; set; }

    public string Speakers { get; set; } = "";

    /// <summary>Identity of the models and, where something was wished of the words, of that (see <see cref="Jobs.RecognitionKey"/>).</summary>
    public string Model { get; set; } = "";

    /// <summary>See <see cref="TranscriptCodec"/>.</summary>
    public byte[] Transcript { get; set; } = [];

    /// <summary>Length of <see cref="Transcript"/>, so that sums need not read it.</summary>
    public long Bytes { get; set; }

    public double ProcessingSeconds { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset AccessedAt { get; set; }

    public bool IsCached { get; set; }

    /// <summary>Length of the recording; null in rows of old versions.</summary>
    public double? AudioSeconds { get; set; }

    /// <summary>Speakers that were found; null in rows of old versions.</summary>
    public int? SpeakerCount { get; set; }

    /// <summary>Only voices were grouped anew: what was recognised came from a kept analysis.</summary>
    public bool IsFromAnalysis { get; set; }
}
