using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;

namespace Parley.Server.Notifications;

/// <summary>Sends notices to a WeCom group robot, one after another, from a bounded queue. A robot that is slow or gone costs notices, never a job.</summary>
internal sealed class WeComNotifier : INotifier, IAsyncDisposable
{
    private const int QueueLength = 256;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(10);

    private readonly Channel<Notice> _queue = Channel.CreateBounded<Notice>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly CancellationTokenSource _giveUp = new();
    private readonly NoticeFilter _filter;
    private readonly WeComRobot _robot;
    private readonly string _device;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Task _sending;
    private long _dropped;
    private long _delivered;
    private long _failed;

    /// <param name="options">As they are now; address and attempts are taken once.</param>
    /// <param name="device">Which machine speaks.</param>
    /// <param name="loggers">Makes the logger.</param>
    /// <param name="time">The clock.</param>
    /// <param name="pause">Pause after a first failure; null for a second.</param>
    public WeComNotifier(Func<ServerOptions> options, string device, ILoggerFactory loggers, TimeProvider time, TimeSpan? pause = null)
    {
        (_device, _time) = (device, time);
        _logger = loggers.CreateLogger<WeComNotifier>();
        _filter = new NoticeFilter(options);
        _robot = new WeComRobot(options().Notification, pause ?? FirstPause, _logger, time);
        _sending = Task.Run(SendAllAsync);
    }

    /// <summary>Messages that the robot took, those that it never took, and notices that found the queue full.</summary>
    public (long Delivered, long Failed, long Dropped) Counts => (Interlocked.Read(ref _delivered), Interlocked.Read(ref _failed), Interlocked.Read(ref _dropped));

    public void Notify(Notice notice)
    {
        if (!_queue.Writer.TryWrite(notice) && !_queue.Reader.Completion.IsCompleted && Interlocked.Increment(ref _dropped) is var dropped && long.IsPow2(dropped))
            _logger.Dropped(dropped); // at 1, 2, 4, 8 ... so that the log does not fill as well
    }

    /// <summary>Sends what is queued, for a few seconds at most.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_queue.Writer.TryComplete())
            return;
        _giveUp.CancelAfter(FarewellLimit);
        await _sending;
        _robot.Dispose();
        _giveUp.Dispose();
    }

    private async Task SendAllAsync()
    {
        try
        {
            while (await NextAsync())
            {
                while (_queue.Reader.TryRead(out Notice? notice))
                    await TellAsync(notice);
                if (_filter.SummaryDue <= _time.GetUtcNow())
                    await SummarizeAsync();
            }

            if (_filter.SummaryDue is not null)
                await SummarizeAsync();
        }
        catch (OperationCanceledException)
        {
            _logger.Unsent(_queue.Reader.Count + 1);
        }
        catch (Exception error)
        {
            _logger.Defect(error);
            _queue.Writer.TryComplete();
        }
    }

    // True when there is something to do: a notice, or a summary that is due. False at the end.
    private async Task<bool> NextAsync()
    {
        Task<bool> reading = _queue.Reader.WaitToReadAsync(_giveUp.Token).AsTask();
        if (_filter.SummaryDue is not { } due)
            return await reading;
        TimeSpan wait = due - _time.GetUtcNow();
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(_giveUp.Token);
        Task waiting = wait > TimeSpan.Zero ? Task.Delay(wait, _time, enough.Token) : Task.CompletedTask;
        bool isDue = await Task.WhenAny(reading, waiting) == waiting;
        await enough.CancelAsync();
        return isDue || await reading;
    }

    private async Task TellAsync(Notice notice)
    {
        (bool isTold, int suppressed) = _filter.Judge(notice, _time.GetUtcNow());
        if (isTold)
            await SendAsync(notice.GetType().Name, NoticeText.Of(notice, _device, _time.GetLocalNow(), suppressed));
    }

    private async Task SummarizeAsync()
    {
        (int completed, int failed) = _filter.TakeSummary(_time.GetUtcNow());
        await SendAsync("Summary", NoticeText.Summary(completed, failed, _device, _time.GetLocalNow()));
    }

    private async Task SendAsync(string kind, string text)
    {
        if (await _robot.SendAsync(kind, text, _giveUp.Token) is { } reason)
        {
            Interlocked.Increment(ref _failed);
            _logger.NotDelivered(kind, reason);
        }
        else
        {
            Interlocked.Increment(ref _delivered);
            _logger.Sent(kind);
        }
    }
}
