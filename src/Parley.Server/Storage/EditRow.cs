namespace Parley.Server.Storage;

/// <summary>One change that people made to a transcript: operations that were applied together.</summary>
internal sealed class EditRow
{
    public long Id { get; set; }

    /// <summary>Sequence of the job; the edits go with it.</summary>
    public long Job { get; set; }

    /// <summary>The transcript after this change. Grows with every change and every undoing, so that no two contents of a transcript share a number.</summary>
    public int Revision { get; set; }

    /// <summary>A JSON array of operations.</summary>
    public string Operations { get; set; } = "[]";

    public DateTimeOffset At { get; set; }

    /// <summary>Who made it; null without authentication.</summary>
    public string? User { get; set; }
}
