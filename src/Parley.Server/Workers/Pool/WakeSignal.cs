using System.Threading.Channels;

namespace Parley.Server.Workers.Pool;

/// <summary>Wakes the one loop that waits. A wake that nobody waits for is kept for the next who does. Safe for concurrent use.</summary>
internal sealed class WakeSignal
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Wake() => _wake.Writer.TryWrite(true);

    public async Task NextAsync(CancellationToken cancellationToken)
    {
        await _wake.Reader.WaitToReadAsync(cancellationToken);
        _wake.Reader.TryRead(out _);
    }

    /// <summary>Waits for a task, or for a wake. Nothing goes on waiting that could take the next wake away. What became of the task is not asked.</summary>
    public async Task NextOrAsync(Task task, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task wake = NextAsync(over.Token);
        await Task.WhenAny(task, wake);
        await over.CancelAsync();
        await wake.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
