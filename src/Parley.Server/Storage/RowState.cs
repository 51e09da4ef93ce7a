namespace Parley.Server.Storage;

/// <summary>Numbers of the states of a job in the database. They are stored: never renumber them.</summary>
internal static class RowState
{
    public const int Pending = 0;
    public const int Processing = 1;

    /// <summary>This state and all above are final.</summary>
    public const int Completed = 2;

    public const int Failed = 3;
    public const int Cancelled = 4;
    public const int TimedOut = 5;
}
