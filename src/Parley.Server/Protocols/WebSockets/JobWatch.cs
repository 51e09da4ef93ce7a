using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>Turns the events of one job into frames for one connection. The jobs repeat the last event often enough that no client loses patience.</summary>
internal sealed class JobWatch(
    IJobs jobs, ServerMessages messages, TranscriptionOptions options, ILogger logger, ClientSession client, Guid id, QueuePlace? told)
{
    private const int Done = 100;

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(client.Gone);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private QueuePlace? _told = told;
    private int _percent;

    /// <summary>Completes when the last frame was handed to the connection.</summary>
    public Task Ended => _ended.Task;

    /// <summary>No more frames.</summary>
    public void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>Tells until the job has ended, or somebody says stop. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            await foreach (JobEvent happened in jobs.WatchAsync(id, _stop.Token))
            {
                if (_stop.IsCancellationRequested)
                    break;
                await TellAsync(happened);
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended, or another one is told now.
        }
        catch (Exception error)
        {
            logger.WatchFailed(error);
        }
        finally
        {
            _stop.Dispose();
            _ended.SetResult();
        }
    }

    private ValueTask TellAsync(JobEvent happened)
    {
        switch (happened)
        {
            case JobEvent.Queued queued:
                return TellPlaceAsync(queued.Place);
            case JobEvent.Progressed progressed:
                _percent = progressed.Percent;
                return client.SendAsync(messages.TaskProgress(id, progressed.Percent, progressed.Message));
            case JobEvent.Completed completed:
                return TellResultAsync(completed.Result);
            case JobEvent.Ended { Status: { State: not JobState.Cancelled } status }:
                return TellFailureAsync(status);
            default:
                return ValueTask.CompletedTask; // Who cancelled a job was answered; nobody else is told.
        }
    }

    private ValueTask TellPlaceAsync(QueuePlace place)
    {
        bool isKnown = _told == place;
        _told = null; // A repetition is a sign of life.
        if (isKnown)
            return ValueTask.CompletedTask;
        return client.SendAsync(options.QueueStatusEnabled ? messages.TaskQueued(id, place) : messages.TaskProgress(id, 0, "等待处理"));
    }

    private async ValueTask TellResultAsync(JobResult result)
    {
        // A watcher that fell behind may have missed the last step.
        if (_percent is > 0 and < Done)
            await client.SendAsync(messages.TaskProgress(id, Done, "转录完成"));
        await client.SendAsync(messages.TaskComplete(result));
    }

    private async ValueTask TellFailureAsync(JobStatus status)
    {
        string text = status.Error ?? ServerMessages.StateName(status.State);
        string message = $"{(status.State == JobState.TimedOut ? "任务超时" : "任务失败")}: {text}";
        await client.SendAsync(messages.TaskFailed(id, _percent, message, status.Fault));

        // Clients that overlook a failed progress would wait for minutes.
        if (options.ErrorAfterFailure)
            await client.SendAsync(messages.Error(new Refusal(ErrorCodes.TaskFailed, message), id));
    }
}
