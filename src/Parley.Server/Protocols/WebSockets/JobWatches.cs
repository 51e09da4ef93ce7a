using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>Who is told about which job: one connection for each, the one that spoke of it last. Safe for concurrent calls.</summary>
internal sealed class JobWatches(IJobs jobs, ServerMessages messages, TranscriptionOptions options, ILogger logger)
{
    private readonly ConcurrentDictionary<Guid, JobWatch> _watches = new();

    /// <summary>Tells this connection about a job from now on, and no other.</summary>
    /// <param name="client">Who is told. It was told that the job is accepted before this is called.</param>
    /// <param name="id">The job.</param>
    /// <param name="told">The place in the queue that the client knows already; null for none.</param>
    public void Attach(ClientSession client, Guid id, QueuePlace? told)
    {
        JobWatch watch = new(jobs, messages, options, logger, client, id, told);
        JobWatch? before = null;
        _watches.AddOrUpdate(id, watch, (_, old) =>
        {
            before = old;
            return watch;
        });
        before?.Stop();
        client.Follow(RunAsync(watch, id));
    }

    /// <summary>Tells nobody about a job any more. A frame that is being sent still arrives; nobody waits for a connection that may be dead.</summary>
    public void Release(Guid id)
    {
        if (_watches.TryRemove(id, out JobWatch? watch))
            watch.Stop();
    }

    /// <summary>Tells nobody about a job any more. When this returns no frame about it is on its way.</summary>
    public async Task DetachAsync(Guid id)
    {
        if (!_watches.TryRemove(id, out JobWatch? watch))
            return;
        watch.Stop();
        await watch.Ended;
    }

    private async Task RunAsync(JobWatch watch, Guid id)
    {
        await Task.Yield();
        using (logger.JobScope(id))
            await watch.RunAsync();
        _watches.TryRemove(KeyValuePair.Create(id, watch));
    }
}
