namespace Parley.Server.Storage;

/// <summary>Writes the messages about jobs that end. They are stored with the end itself: both survive a crash, or neither. Safe for concurrent calls.</summary>
internal interface IOutbox
{
    /// <summary>Whether anybody wants to hear about a job.</summary>
    bool IsWanted(JobRow job);

    /// <summary>The messages about a job; called within the change of the database that ends it, so it must be quick.</summary>
    /// <param name="job">As it is stored.</param>
    /// <param name="result">What it ended with; null without a transcript.</param>
    IReadOnlyList<DeliveryRow> MessagesOf(JobRow job, ResultRow? result);

    /// <summary>Messages were stored: somebody should send them.</summary>
    void Wake();
}

/// <summary>Nobody is told.</summary>
internal sealed class NoOutbox : IOutbox
{
    public static NoOutbox Instance { get; } = new();

    public bool IsWanted(JobRow job) => false;

    public IReadOnlyList<DeliveryRow> MessagesOf(JobRow job, ResultRow? result) => [];

    public void Wake()
    {
    }
}
