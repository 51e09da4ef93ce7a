namespace Parley.Transcripts;

/// <summary>What a written transcript says beyond the transcript itself, and how it says it.</summary>
public sealed record TranscriptDocument
{
    /// <summary>Name of the recording as its owner knows it, without directory.</summary>
    public required string FileName { get; init; }

    /// <summary>MD5 of the recording in lower-case hexadecimal digits; null when nobody computed it.</summary>
    public string? FileHash { get; init; }

    /// <summary>Number of the job that made the transcript; null when there was no job.</summary>
    public string? TaskId { get; init; }

    /// <summary>When the transcript was made; written as local time of this value's own offset, without the offset.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Language that the caller asked for; null when none was.</summary>
    public string? Language { get; init; }

    /// <summary>JSON: whether segments carry their words.</summary>
    /// <value>False.</value>
    public bool IncludeWords { get; init; }

    /// <summary>Whether speakers are shown. False takes the labels away on output; text is still grouped by speaker. RTTM, which is nothing but speakers, ignores it.</summary>
    /// <value>True.</value>
    public bool ShowSpeakers { get; init; } = true;

    /// <summary>For whom JSON and SRT are laid out.</summary>
    /// <value><see cref="TranscriptStyle.Reader"/>.</value>
    public TranscriptStyle Style { get; init; } = TranscriptStyle.Reader;

    /// <summary>A document about a file, made now.</summary>
    /// <param name="path">Path or name of the recording; only the name is kept.</param>
    /// <param name="clock">Tells the time and the time zone.</param>
    public static TranscriptDocument ForFile(string path, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return new TranscriptDocument { FileName = Path.GetFileName(path), CreatedAt = clock.GetLocalNow() };
    }
}
