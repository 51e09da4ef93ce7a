using System.Text.Json;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.WebSockets;

/// <summary><c>task_status</c>, <c>task_status_batch</c> and <c>cancel_task</c>. Safe for concurrent calls.</summary>
internal sealed class TaskMessages(ProtocolContext context)
{
    /// <summary>Ids of a batch that are looked at.</summary>
    public const int MaxBatch = 50;

    /// <summary>Largest frame that is put together of several results; clients drop the connection above 10 MiB.</summary>
    public const int MaxBatchBytes = 8 << 20;

    private const double Done = 100;

    public async Task StatusAsync(ClientSession client, ClientMessage message, CancellationToken cancellationToken)
    {
        if (!UploadMessages.HasTaskId(message))
        {
            await client.RefuseAsync(message.Type, Refusal.MissingTaskId);
            return;
        }

        Guid? id = UploadMessages.TaskIdOf(message);
        if (id is { } known && context.Uploads.Find(known, client.User) is { } upload)
        {
            await client.SendAsync(context.Messages.UploadStatus(known, (upload as ChunkedUpload)?.ReceivedChunks));
            return;
        }

        Known found = await FindAsync(client, id, cancellationToken);
        if (found.Status is { } status)
            await client.SendAsync(context.Messages.TaskStatus(status, found.Result));
        else
            await client.RefuseAsync(message.Type, found.IsExpired ? Refusal.TaskExpired : Refusal.TaskNotFound);
    }

    public async Task BatchAsync(ClientSession client, ClientMessage message, CancellationToken cancellationToken)
    {
        if (!DataReader.TryGet(message.Data, "task_ids", out JsonElement ids) || ids.ValueKind != JsonValueKind.Array || ids.GetArrayLength() == 0)
        {
            await client.RefuseAsync(message.Type, new Refusal(ErrorCodes.MissingTaskIds, $"缺少task_ids参数: data.task_ids must be an array of 1 to {MaxBatch} ids"));
            return;
        }

        List<byte[]> items = [];
        long bytes = 0;
        foreach (JsonElement element in ids.EnumerateArray().Take(MaxBatch))
        {
            if (element.ValueKind != JsonValueKind.String || DataReader.TextOf(element) is not { } taskId)
                continue;
            byte[] item = await BatchItemAsync(client, taskId, MaxBatchBytes - bytes, isFirst: items.Count == 0, cancellationToken);
            bytes += item.Length;
            items.Add(item);
        }

        await client.SendAsync(context.Messages.TaskStatusBatch(items));
    }

    public async Task CancelAsync(ClientSession client, ClientMessage message, CancellationToken cancellationToken)
    {
        if (!UploadMessages.HasTaskId(message))
        {
            await client.RefuseAsync(message.Type, Refusal.MissingTaskId);
            return;
        }

        Guid? id = UploadMessages.TaskIdOf(message);
        if (id is { } known && (await CancelUploadAsync(client, known, cancellationToken) || await CancelJobAsync(client, known, cancellationToken)))
            await client.SendAsync(context.Messages.TaskCancelled(known));
        else
            await client.RefuseAsync(message.Type, new Refusal(ErrorCodes.CancelFailed, "任务取消失败: there is no such task, or it has ended"));
    }

    private async Task<bool> CancelUploadAsync(ClientSession client, Guid id, CancellationToken cancellationToken)
    {
        switch (context.Uploads.Find(id, client.User))
        {
            case SingleUpload single when single.TryTake():
                context.Uploads.Remove(single);
                return true;
            case ChunkedUpload chunked:
                using (await chunked.EnterAsync(cancellationToken))
                {
                    bool wasOpen = !chunked.IsClosed;
                    context.Uploads.Remove(chunked);
                    return wasOpen;
                }

            default:
                return false;
        }
    }

    private async Task<bool> CancelJobAsync(ClientSession client, Guid id, CancellationToken cancellationToken)
    {
        if (await context.Jobs.FindAsync(id, cancellationToken) is not { } status || !client.Owns(status.Client.User))
            return false;
        if (!await context.Jobs.CancelAsync(id, cancellationToken))
            return false;
        await context.Watches.DetachAsync(id); // No frame about it behind task_cancelled.
        return true;
    }

    private async Task<byte[]> BatchItemAsync(ClientSession client, string taskId, long room, bool isFirst, CancellationToken cancellationToken)
    {
        Guid? id = Guid.TryParseExact(taskId, "D", out Guid parsed) ? parsed : null;
        if (id is { } upload && context.Uploads.Find(upload, client.User) is not null)
            return context.Messages.BatchItem(taskId, JobState.Pending, 0, null, null);

        Known found = await FindAsync(client, id, cancellationToken);
        if (found.Status is not { } status)
            return context.Messages.BatchItem(taskId, null, 0, null, found.IsExpired ? ErrorCodes.TaskExpired : ErrorCodes.TaskNotFound);
        if (status.State != JobState.Completed)
            return context.Messages.BatchItem(taskId, status.State, status.Progress, null, ServerMessages.ErrorOf(status));

        byte[] item = context.Messages.BatchItem(taskId, JobState.Completed, Done, found.Result, null);

        // What does not fit is told as nearly done, so that the next poll asks again. A frame with one result is never refused: it would never fit.
        return item.Length <= room || isFirst ? item : context.Messages.BatchItem(taskId, JobState.Processing, Done, null, null);
    }

    private async Task<Known> FindAsync(ClientSession client, Guid? id, CancellationToken cancellationToken)
    {
        if (id is not { } known)
            return default;
        JobStatus? status = await context.Jobs.FindAsync(known, cancellationToken);
        if (status is null)
            return new Known(null, null, context.Jobs.WasEvicted(known));
        if (!client.Owns(status.Client.User))
            return default;
        if (status.State != JobState.Completed)
            return new Known(status, null, IsExpired: false);

        // Completed without a result would be a lie: its result was forgotten.
        JobResult? result = await context.Jobs.ResultAsync(known, cancellationToken);
        return result is null ? new Known(null, null, IsExpired: true) : new Known(status, result, IsExpired: false);
    }

    private readonly record struct Known(JobStatus? Status, JobResult? Result, bool IsExpired);
}
