namespace Parley.Server.Workers;

/// <summary>What <see cref="WorkerStatus.State"/> can say.</summary>
internal static class WorkerStates
{
    public const string Starting = "starting";

    public const string Idle = "idle";

    public const string Busy = "busy";

    /// <summary>Nothing was to do for so long that its models were unloaded; the next job loads them again.</summary>
    public const string Asleep = "asleep";

    public const string Stopping = "stopping";

    /// <summary>It could not start, and is tried again after a pause.</summary>
    public const string Broken = "broken";
}
