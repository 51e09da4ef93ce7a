using System.Text;
using Microsoft.Extensions.Logging;
using Parley.Server.Storage;

namespace Parley.Server.Webhooks;

/// <summary>
/// Sends what the outbox holds, at least once, until the receiver takes it or all attempts have failed. A few at once, and fewer to one host, so that
/// a slow receiver keeps no other waiting. What was being sent when the server went is sent again.
/// </summary>
internal sealed class WebhookSender : IAsyncDisposable
{
    private const int MaxAtOnce = 16;
    private const int MaxPerOrigin = 4;
    private const int Window = 256;

    // Without a wake: for messages of times that have passed while the clock was set, or the database could not be read.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly DeliveryStore _store;
    private readonly WebhookOutbox _outbox;
    private readonly WebhookSecret? _secret;
    private readonly WebhookTransport _transport;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Dictionary<long, (DueDelivery Due, Task Sending)> _sending = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    /// <param name="store">The messages.</param>
    /// <param name="outbox">Says when there are new ones.</param>
    /// <param name="secret">Null: nothing can be sent, and every attempt fails.</param>
    /// <param name="transport">Sends one; disposed with this.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Told what fails.</param>
    public WebhookSender(DeliveryStore store, WebhookOutbox outbox, WebhookSecret? secret, WebhookTransport transport, TimeProvider clock, ILogger logger)
        => (_store, _outbox, _secret, _transport, _clock, _logger) = (store, outbox, secret, transport, clock, logger);

    /// <summary>Begins to send, with what the last life left.</summary>
    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Sends no more. What is on its way is broken off, and sent again after the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        await _loop;
        _transport.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            TimeSpan wait = LongestWait;
            try
            {
                wait = StartDue();
            }
            catch (StorageException error) when (!_stopping.IsCancellationRequested)
            {
                _logger.StoreFailed(error);
            }
            catch (Exception error) when (!_stopping.IsCancellationRequested)
            {
                _logger.Defect(error);
            }

            await WaitAsync(wait);
            foreach ((long sequence, (_, Task sending)) in _sending.ToList())
            {
                if (sending.IsCompleted)
                    _sending.Remove(sequence);
            }
        }

        await Task.WhenAll(_sending.Values.Select(item => item.Sending)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Begins what is due and has room.</summary>
    /// <returns>Until when nothing will be due by itself.</returns>
    private TimeSpan StartDue()
    {
        DateTimeOffset now = _clock.GetUtcNow();
        Dictionary<string, int> perOrigin = _sending.Values.CountBy(item => WebhookAddress.Origin(item.Due.Url), StringComparer.OrdinalIgnoreCase).ToDictionary(StringComparer.OrdinalIgnoreCase);
        string[] busy = [.. _sending.Values.Select(item => item.Due.Url).Where(url => perOrigin[WebhookAddress.Origin(url)] >= MaxPerOrigin).Distinct(StringComparer.Ordinal)];
        foreach (DueDelivery due in _store.Due(now, busy, Window))
        {
            string origin = WebhookAddress.Origin(due.Url);
            int count = perOrigin.GetValueOrDefault(origin);
            if (_sending.Count >= MaxAtOnce)
                break;
            if (count >= MaxPerOrigin || _sending.ContainsKey(due.Sequence))
                continue;
            perOrigin[origin] = count + 1;
            _sending.Add(due.Sequence, (due, Task.Run(() => AttemptAsync(due))));
        }

        TimeSpan wait = (_store.NextAfter(now) ?? DateTimeOffset.MaxValue) - now;
        return wait < LongestWait ? wait : LongestWait;
    }

    // Until there is something new, something is due, or something that was being sent has ended.
    private async Task WaitAsync(TimeSpan wait)
    {
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        Task<bool> woken = _outbox.Wakes.WaitToReadAsync(enough.Token).AsTask();
        await Task.WhenAny([woken, Task.Delay(wait, _clock, enough.Token), .. _sending.Values.Select(item => item.Sending)]);
        await enough.CancelAsync();
        await ((Task)woken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _outbox.Wakes.TryRead(out _);
    }

    private async Task AttemptAsync(DueDelivery due)
    {
        try
        {
            if (_store.Find(due.Sequence) is not { State: DeliveryState.Pending } message)
                return;
            WebhookAnswer answer = _secret is null
                ? new WebhookAnswer(null, "webhooks.secret is empty, and nothing is sent without a signature.")
                : await _transport.SendAsync(message.Id, message.Url, Encoding.UTF8.GetBytes(message.Body), _secret, _stopping.Token);
            Judge(message, answer);
            await _store.RecordAsync(message, CancellationToken.None);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The server stops; the message stays due.
        }
        catch (StorageException error)
        {
            _logger.StoreFailed(error);
            await PauseAsync();
        }
        catch (Exception error)
        {
            _logger.Defect(error);
            await PauseAsync();
        }
    }

    private void Judge(DeliveryRow message, WebhookAnswer answer)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        message.Attempts++;
        (message.LastAttemptAt, message.LastStatus, message.LastError) = (now, answer.Status, answer.Error);
        TimeSpan? pause = answer.IsDelivered || answer.IsGone ? null : DeliveryBackoff.After(message.Attempts, Random.Shared.NextDouble());
        message.NextAttemptAt = now + pause;
        message.State = answer.IsDelivered ? DeliveryState.Delivered : answer.IsGone ? DeliveryState.Gone : pause is null ? DeliveryState.Failed : DeliveryState.Pending;
        string origin = WebhookAddress.Origin(message.Url);
        if (answer.Error is not { } error)
            _logger.Delivered(message.Id, message.Type, origin, message.Attempts);
        else if (pause is { } wait)
            _logger.Retrying(message.Id, message.Type, origin, message.Attempts, error, wait.TotalSeconds);
        else
            _logger.GivenUp(message.Id, message.Type, origin, message.Attempts, error);
    }

    // The message is still due in the database: without a pause it would be taken up again at once, and again.
    private async Task PauseAsync()
        => await Task.Delay(LongestWait, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
