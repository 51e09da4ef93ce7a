using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Storage;

namespace Parley.Server.Jobs;

/// <summary>What jobs need from around them; tests put others in their places.</summary>
internal sealed record JobServiceParts
{
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Free bytes on the volume of a folder.</summary>
    public Func<string, long> FreeBytes { get; init; } = DiskWatch.FreeBytes;

    /// <summary>Told what ends.</summary>
    public IOutbox Outbox { get; init; } = NoOutbox.Instance;
}
