using Microsoft.Extensions.Hosting;

namespace Parley.Server.Hosting;

/// <summary>Takes no signals: the command does, and stops the parts of the server in their order.</summary>
internal sealed class NoHostLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
