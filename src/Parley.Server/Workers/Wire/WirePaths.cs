namespace Parley.Server.Workers.Wire;

/// <summary>What a worker answers to.</summary>
internal static class WirePaths
{
    /// <summary>GET: a <see cref="WorkerReport"/>.</summary>
    public const string Status = "/status";

    /// <summary>POST with a <see cref="WorkOrder"/>: lines of <see cref="WorkerLine"/>. DELETE with the job's number behind it: cancels.</summary>
    public const string Jobs = "/jobs";

    public const string Lines = "application/x-ndjson";
}
