namespace Parley.Server.Workers.Wire;

/// <summary>What a worker is told when it starts: the first line of its standard input, which then stays open for as long as its server lives.</summary>
internal sealed record WorkerStart
{
    public required PipelineSetup Setup { get; init; }

    /// <summary>Where it listens; the folder is its server's alone.</summary>
    public required string SocketPath { get; init; }

    /// <summary>Its server. When that is gone before the worker can tie its life to it, the worker ends at once.</summary>
    public required int ServerProcessId { get; init; }

    /// <summary>Name of the lowest level that is logged, such as <c>Information</c>.</summary>
    public string LogLevel { get; init; } = "Information";
}
