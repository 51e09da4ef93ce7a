namespace Parley.Server.Storage;

/// <summary>One job.</summary>
internal sealed class JobRow
{
    /// <summary>Grows with every accepted job: the order of the queue.</summary>
    public long Sequence { get; set; }

    public Guid Id { get; set; }

    public string FileName { get; set; } = "";

    public string AudioPath { get; set; } = "";

    /// <summary>Lower-case hexadecimal, as the client sent it.</summary>
    public string Md5 { get; set; } = "";

    /// <summary>Lower-case hexadecimal, as the server computed it.</summary>
    public string Sha256 { get; set; } = "";

    public long Length { get; set; }

    public int Format { get; set; }

    public bool Diarize { get; set; }

    /// <summary>Wish for a number of speakers: empty, <c>2</c>, <c>2..4</c>, <c>2..</c> or <c>..4</c>.</summary>
    public string Speakers { get; set; } = "";

    public string? Language { get; set; }

    /// <summary>Wish about the words, as JSON; empty: nothing in particular.</summary>
    public string Recognition { get; set; } = "";

    /// <summary>Name of the models that shall recognise it; null: those of the server.</summary>
    public string? Bundle { get; set; }

    public bool ForceRefresh { get; set; }

    public string ClientKey { get; set; } = "";

    public string? ClientUser { get; set; }

    public int Priority { get; set; }

    /// <summary>Who wants to hear how it ends; null: nobody but those of the configuration.</summary>
    public string? WebhookUrl { get; set; }

    /// <summary>One of <see cref="RowState"/>.</summary>
    public int State { get; set; }

    /// <summary>Further attempts that were begun.</summary>
    public int Retries { get; set; }

    /// <summary>Workers, or whole servers, that died while they worked on it.</summary>
    public int Lost { get; set; }

    public string? Error { get; set; }

    public int? Fault { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Its transcript, once it is completed.</summary>
    public long? ResultId { get; set; }

    /// <summary>The recording stays when the job has ended.</summary>
    public bool KeepRecording { get; set; }

    /// <summary>The job whose recording this one groups by speakers anew; null when it brought its own.</summary>
    public Guid? DerivedFrom { get; set; }

    /// <summary>Its transcript was there before: nothing was computed for it.</summary>
    public bool IsCached { get; set; }

    /// <summary>Number of the last change that people made to the transcript; 0: it is as the machine made it.</summary>
    public int Revision { get; set; }
}
