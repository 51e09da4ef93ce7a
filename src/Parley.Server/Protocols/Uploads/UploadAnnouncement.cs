using Parley.Server.Jobs;

namespace Parley.Server.Protocols.Uploads;

/// <summary>What a client said about a file before sending it; checked.</summary>
internal sealed record UploadAnnouncement
{
    /// <summary>As the client calls it; never part of a path.</summary>
    public required string FileName { get; init; }

    /// <summary>With the dot, lower case; one of the allowed ones.</summary>
    public required string Extension { get; init; }

    /// <summary>Bytes; at least 1.</summary>
    public required long FileSize { get; init; }

    /// <summary>Lower-case hexadecimal digits.</summary>
    public required string Md5 { get; init; }

    public required JobOptions Options { get; init; }

    public int Priority { get; init; }

    /// <summary>Null: the file comes in one frame.</summary>
    public ChunkPlan? Chunks { get; init; }

    /// <summary>The job that it becomes. Where the recording lies is known when that is stored.</summary>
    public JobSubmission ToJob(Guid id, JobClient client) => new()
    {
        Id = id,
        FileName = FileName,
        Audio = new StoredAudio("", Md5, FileSize),
        Options = Options,
        Client = client,
        Priority = Priority,
    };
}

/// <summary>How a file is cut.</summary>
/// <param name="Size">Bytes of every chunk but the last.</param>
/// <param name="Count">Chunks.</param>
internal sealed record ChunkPlan(long Size, int Count);
