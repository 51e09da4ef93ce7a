using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Jobs;

namespace Parley.Server.Notifications;

/// <summary>Looks at the figures once a minute and raises alerts: a queue that is nearly full, errors that grow, a server that is not well.</summary>
internal sealed class AlertWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<ServerOptions> _options;
    private readonly Func<JobFigures> _figures;
    private readonly Func<string> _status;
    private readonly INotifier _notifier;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, DateTimeOffset> _raised = new(StringComparer.Ordinal);
    private readonly Task _loop;
    private DateTimeOffset _lastSurge = DateTimeOffset.MinValue;
    private long? _errors;

    /// <param name="options">As they are now.</param>
    /// <param name="figures">The queue.</param>
    /// <param name="status">What <c>/health</c> says.</param>
    /// <param name="notifier">Tells people.</param>
    /// <param name="loggers">Makes the logger.</param>
    /// <param name="time">The clock.</param>
    public AlertWatch(Func<ServerOptions> options, Func<JobFigures> figures, Func<string> status, INotifier notifier, ILoggerFactory loggers, TimeProvider time)
    {
        (_options, _figures, _status, _notifier, _time) = (options, figures, status, notifier, time);
        _logger = loggers.CreateLogger<AlertWatch>();
        _loop = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        await _loop;
    }

    /// <summary>One look, as the clock says.</summary>
    internal void Look()
    {
        ObservabilityOptions options = _options().Observability;
        if (!options.AlertEnabled)
        {
            _raised.Clear();
            _errors = null;
            return;
        }

        JobFigures figures = _figures();
        double share = figures.MaxWaiting > 0 ? (double)figures.Waiting / figures.MaxWaiting : 0;
        Hold(AlertRules.QueueSaturation, AlertLevel.Warning, share >= options.AlertQueueSaturationRatio, $"{figures.Waiting} / {figures.MaxWaiting}", options);
        string status = _status();
        Hold(AlertRules.ServerDegraded, AlertLevel.Critical, status is "degraded", status, options);
        Surge(figures.Errors.Values.Sum(), options);
    }

    // A state: told when it begins, again after the cooldown, and when it is over.
    private void Hold(string rule, AlertLevel level, bool isOn, string details, ObservabilityOptions options)
    {
        bool wasOn = _raised.TryGetValue(rule, out DateTimeOffset told);
        if (isOn && (!wasOn || _time.GetUtcNow() - told >= TimeSpan.FromSeconds(options.AlertCooldownSeconds)))
        {
            _raised[rule] = _time.GetUtcNow();
            Raise(rule, level, details);
        }
        else if (!isOn && wasOn)
        {
            _raised.Remove(rule);
            _logger.AlertOver(rule, details);
            _notifier.Notify(new Notice.Alert(rule, AlertLevel.Recovered, details));
        }
    }

    // A growth since the last look; the first look only remembers.
    private void Surge(long errors, ObservabilityOptions options)
    {
        long grown = errors - (_errors ?? errors);
        _errors = errors;
        if (grown < options.AlertErrorSurgeThreshold || _time.GetUtcNow() - _lastSurge < TimeSpan.FromSeconds(options.AlertCooldownSeconds))
            return;
        _lastSurge = _time.GetUtcNow();
        Raise(AlertRules.ErrorSurge, AlertLevel.Warning, $"+{grown}");
    }

    private void Raise(string rule, AlertLevel level, string details)
    {
        _logger.Alert(rule, level, details);
        _notifier.Notify(new Notice.Alert(rule, level, details));
    }

    private async Task RunAsync()
    {
        try
        {
            using PeriodicTimer timer = new(Interval, _time);
            do
                Look();
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }
}
