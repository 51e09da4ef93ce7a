namespace Parley.Server.Storage;

/// <summary>A request that its client may repeat without getting a second job.</summary>
internal sealed class RequestKeyRow
{
    /// <summary>The user; empty without authentication.</summary>
    public string Owner { get; set; } = "";

    /// <summary>As the client chose it.</summary>
    public string RequestKey { get; set; } = "";

    /// <summary>What tells the request from others under the same key.</summary>
    public string Fingerprint { get; set; } = "";

    /// <summary>The job that it made.</summary>
    public Guid JobId { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}
