using System.Text.Json;

namespace Parley.Server.Protocols.Uploads;

/// <summary>What is known about a resumable upload, in a small file beside its bytes: it outlives the process.</summary>
internal sealed record ResumableRecord
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Number of the upload, and of the job that it becomes.</summary>
    public required Guid Id { get; init; }

    /// <summary>Bytes of the whole file; at least 1.</summary>
    public required long Length { get; init; }

    /// <summary>With the dot, lower case; one of the allowed ones.</summary>
    public required string Extension { get; init; }

    /// <summary>Header <c>Upload-Metadata</c> as it came, checked; empty for none.</summary>
    public required string Metadata { get; init; }

    /// <summary>What fairness counts its client by.</summary>
    public required string ClientKey { get; init; }

    /// <summary>Whose it is; null without authentication.</summary>
    public string? User { get; init; }

    /// <summary>Writes it, so that it is there as a whole or not at all, and survives a crash.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public void Save(string path)
    {
        string unfinished = path + ".new";
        File.WriteAllBytes(unfinished, JsonSerializer.SerializeToUtf8Bytes(this, Json));
        DurableFile.Flush(unfinished);
        File.Move(unfinished, path, overwrite: true);
        DurableFile.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Reads one; null when the file holds none.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public static ResumableRecord? Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ResumableRecord>(File.ReadAllBytes(path), Json) is { Length: > 0 } record
                && string.Equals(Path.GetFileNameWithoutExtension(path), record.Id.ToString("D"), StringComparison.Ordinal) ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
