using System.Collections.Concurrent;
using Parley.Server.Workers;

namespace Parley.Server.Tests.Workers;

/// <summary>Keeps what it is told.</summary>
internal sealed class ListProgress : IProgress<WorkProgress>
{
    public ConcurrentQueue<WorkProgress> Reports { get; } = new();

    public void Report(WorkProgress value) => Reports.Enqueue(value);
}
