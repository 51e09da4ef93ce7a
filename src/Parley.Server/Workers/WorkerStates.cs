namespace Parley.Server.Workers;

/// <summary>What <see cref="WorkerStatus.State"/> can say.</summary>
internal static class WorkerStates
{
    public const string Starting = "starting";

    public const string Idle = "idle";

    public const string Busy = "busy";

    public const string Stopping = "stopping";

    /// <summary>It could not start, and is tried again after a pause.</summary>
    public const string Broken = "broken";
}
