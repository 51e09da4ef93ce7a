namespace Parley.Server.Storage;

/// <summary>What recognition and embedding found in one recording, in a file beside the database; serves every wish about speakers.</summary>
internal sealed class AnalysisRow
{
    public long Id { get; set; }

    public string Sha256 { get; set; } = "";

    public long Length { get; set; }

    /// <summary>As in <see cref="ResultRow.Model"/>.</summary>
    public string Model { get; set; } = "";

    /// <summary>Name in the folder of analyses, without directory.</summary>
    public string FileName { get; set; } = "";

    public long Bytes { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset AccessedAt { get; set; }
}

/// <summary>A job that was known once.</summary>
internal sealed class EvictedRow
{
    public long Sequence { get; set; }

    public Guid Id { get; set; }
}
