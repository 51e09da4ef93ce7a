using System.Text.Json.Serialization;

namespace Parley.Server.Workers.Wire;

/// <summary>The answer to <c>GET /status</c>.</summary>
internal sealed record WorkerReport
{
    /// <summary>One of <see cref="WorkerStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>Whether it is ready and does nothing.</summary>
    [JsonIgnore]
    public bool IsIdle => string.Equals(State, WorkerStates.Idle, StringComparison.Ordinal);

    /// <summary>Devices by stage, and how they were chosen; empty while it starts.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>Version of ONNX Runtime; null while it starts.</summary>
    public string? OnnxRuntime { get; init; }

    public long MemoryBytes { get; init; }

    public int JobsDone { get; init; }

    /// <summary>Seconds from the start of the process until it was ready; 0 while it starts.</summary>
    public double StartSeconds { get; init; }

    public Guid? JobId { get; init; }

    /// <summary>Devices that were replaced by others since it started.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];

    /// <summary>Why it is broken.</summary>
    public WorkerFailure? Failure { get; init; }
}
