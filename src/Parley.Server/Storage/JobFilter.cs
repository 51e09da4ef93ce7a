namespace Parley.Server.Storage;

/// <summary>Which jobs are looked for, newest first.</summary>
internal sealed record JobFilter
{
    /// <summary>Whose; null for jobs without a user.</summary>
    public string? User { get; init; }

    /// <summary>In one of these states; empty for any.</summary>
    public IReadOnlyCollection<int> States { get; init; } = [];

    /// <summary>Part of the name of the file, in any case of ASCII letters; null for any.</summary>
    public string? NamePart { get; init; }

    /// <summary>Only jobs that came before this one; null for the newest.</summary>
    public long? Before { get; init; }

    public int Limit { get; init; }
}

/// <summary>What lists say about a transcript.</summary>
/// <param name="DurationSeconds">Of the recording; null in rows of older versions, and in those of another server.</param>
/// <param name="SpeakerCount">Speakers that were found; null in rows of older versions.</param>
/// <param name="ProcessingSeconds">Wall seconds of the attempt that computed it.</param>
internal sealed record ResultSummary(double? DurationSeconds, int? SpeakerCount, double ProcessingSeconds);
