namespace Parley.Server.Storage;

/// <summary>One message about a job to one receiver.</summary>
internal sealed class DeliveryRow
{
    public long Sequence { get; set; }

    /// <summary>The receiver knows it by this: the same at every attempt.</summary>
    public Guid Id { get; set; }

    public Guid JobId { get; set; }

    /// <summary>Whose job it was.</summary>
    public string? ClientUser { get; set; }

    /// <summary>What happened, such as <c>job.completed</c>.</summary>
    public string Type { get; set; } = "";

    /// <summary>Where it goes.</summary>
    public string Url { get; set; } = "";

    /// <summary>The address is the operator's and not the client's.</summary>
    public bool IsConfigured { get; set; }

    /// <summary>What is sent: JSON.</summary>
    public string Body { get; set; } = "";

    /// <summary>One of <see cref="DeliveryState"/>.</summary>
    public int State { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it is sent next; null when it is not.</summary>
    public DateTimeOffset? NextAttemptAt { get; set; }

    public DateTimeOffset? LastAttemptAt { get; set; }

    /// <summary>Status of the last answer; null when there was none.</summary>
    public int? LastStatus { get; set; }

    /// <summary>Why the last attempt failed.</summary>
    public string? LastError { get; set; }
}

/// <summary>Numbers of the states of a delivery in the database. They are stored: never renumber them.</summary>
internal static class DeliveryState
{
    public const int Pending = 0;
    public const int Delivered = 1;

    /// <summary>All attempts failed.</summary>
    public const int Failed = 2;

    /// <summary>The receiver wants no more.</summary>
    public const int Gone = 3;
}
