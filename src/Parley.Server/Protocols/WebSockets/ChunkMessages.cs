using Parley.Server.Jobs;
using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.WebSockets;

/// <summary><c>upload_chunk</c> and <c>finalize_upload</c>. Safe for concurrent calls: an upload has one visitor at a time.</summary>
internal sealed class ChunkMessages(ProtocolContext context, JobHandover handover)
{
    private const double Percent = 100;
    private const int MaxHash = 64;

    /// <summary>Takes one chunk; answers it, and then, when it was the last one missing, makes a job of the upload.</summary>
    public async Task ChunkAsync(ClientSession client, ClientMessage message, CancellationToken cancellationToken)
    {
        DataReader reader = new(message.Data);
        long? index = reader.Integer("chunk_index", long.MinValue, long.MaxValue, isRequired: true);
        SpooledPayload? chunk = UploadMessages.PayloadOf(message, "chunk_data", message.ChunkData);
        if (!UploadMessages.HasTaskId(message) || index is null || chunk is null)
        {
            await client.RefuseAsync(message.Type, MissingChunkData);
            return;
        }

        if (Find(client, message) is not { } upload)
        {
            await client.RefuseAsync(message.Type, Refusal.SessionNotFound);
            return;
        }

        using IDisposable? scope = context.Logger.JobScope(upload.Id);
        using IDisposable turn = await upload.EnterAsync(cancellationToken);
        if (upload.IsClosed)
        {
            await client.RefuseAsync(message.Type, Refusal.SessionNotFound);
            return;
        }

        if (index < 0 || index >= upload.Announcement.Chunks!.Count)
        {
            await client.RefuseAsync(message.Type, OutOfRange(index.Value, upload));
            return;
        }

        await TakeAsync(client, message, upload, (int)index.Value, chunk, cancellationToken);
    }

    /// <summary>Tries again to make a job of a complete upload; safe to repeat.</summary>
    public async Task FinalizeAsync(ClientSession client, ClientMessage message, CancellationToken cancellationToken)
    {
        if (!UploadMessages.HasTaskId(message))
        {
            await client.RefuseAsync(message.Type, Refusal.MissingTaskId);
            return;
        }

        if (Find(client, message) is { } upload)
        {
            using IDisposable turn = await upload.EnterAsync(cancellationToken);
            if (!upload.IsClosed)
            {
                if (upload.IsComplete)
                    await FinishAsync(client, message, upload, cancellationToken);
                else
                    await client.RefuseAsync(message.Type, Incomplete(upload));
                return;
            }
        }

        JobStatus? status = UploadMessages.TaskIdOf(message) is { } id ? await context.Jobs.FindAsync(id, cancellationToken) : null;
        if (status is not null && client.Owns(status.Client.User))
            await handover.TellStatusAsync(client, status);
        else
            await client.RefuseAsync(message.Type, Refusal.SessionNotFound);
    }

    private static Refusal MissingChunkData { get; } = new(
        ErrorCodes.MissingChunkData, "缺少分块数据: data needs task_id, chunk_index (an integer from 0) and chunk_data (base64)");

    private static Refusal OutOfRange(long index, ChunkedUpload upload) => new(
        ErrorCodes.ChunkUploadError, $"分块索引无效: chunk_index must be from 0 to {upload.Announcement.Chunks!.Count - 1}, found {index}");

    private static Refusal Incomplete(ChunkedUpload upload) => new(
        ErrorCodes.FinalizeError,
        $"分块未收齐: {upload.ReceivedCount} of {upload.Announcement.Chunks!.Count} chunks are here; task_status tells which, send the others");

    private ChunkedUpload? Find(ClientSession client, ClientMessage message)
        => UploadMessages.TaskIdOf(message) is { } id ? context.Uploads.FindChunked(id, client.User) : null;

    private async Task TakeAsync(
        ClientSession client, ClientMessage message, ChunkedUpload upload, int index, SpooledPayload chunk, CancellationToken cancellationToken)
    {
        bool isDuplicate = upload.Has(index);
        if (!isDuplicate)
        {
            string? hash = new DataReader(message.Data).Text("chunk_hash", MaxHash);
            Refusal? refusal = Check(upload, index, hash, chunk)
                ?? (context.Files.HasSpaceFor(chunk.Length) ? null : Refusal.DiskFull(ErrorCodes.ChunkUploadError));
            if (refusal is not null)
            {
                await client.RefuseAsync(message.Type, refusal);
                return;
            }

            await upload.AddAsync(index, chunk, cancellationToken);
        }

        ChunkPlan plan = upload.Announcement.Chunks!;
        await client.SendAsync(context.Messages.ChunkReceived(upload.Id, index, Percent * upload.ReceivedCount / plan.Count, isDuplicate));

        // Who sends everything again after a refusal waits for the end of it; the last chunk stands for that.
        if (upload.IsComplete && (!isDuplicate || index == plan.Count - 1))
            await FinishAsync(client, message, upload, cancellationToken);
    }

    private static Refusal? Check(ChunkedUpload upload, int index, string? hash, SpooledPayload chunk)
    {
        if (chunk.Fault != SpoolFault.None)
        {
            return chunk.Fault switch
            {
                SpoolFault.NotBase64 => Refusal.BadBase64(ErrorCodes.ChunkUploadError),
                SpoolFault.DiskFull => Refusal.DiskFull(ErrorCodes.ChunkUploadError),
                SpoolFault.Unwanted => Refusal.SessionNotFound,
                _ => Refusal.Internal(ErrorCodes.ChunkUploadError),
            };
        }

        if (chunk.Length != upload.LengthOf(index))
            return new Refusal(ErrorCodes.ChunkUploadError, $"分块大小不匹配: chunk {index} must have {upload.LengthOf(index)} bytes, got {chunk.Length}");
        return string.IsNullOrEmpty(hash) || string.Equals(hash, chunk.Md5, StringComparison.OrdinalIgnoreCase)
            ? null
            : new Refusal(ErrorCodes.ChunkHashMismatch, $"分块 {index} 哈希不匹配: chunk {index} does not have the MD5 of chunk_hash; send it again");
    }

    private async Task FinishAsync(ClientSession client, ClientMessage message, ChunkedUpload upload, CancellationToken cancellationToken)
    {
        try
        {
            await FinishCheckedAsync(client, message, upload, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            context.Logger.HandlingFailed(error, message.Type);
            await client.RefuseAsync(message.Type, Refusal.Internal(ErrorCodes.FinalizeError));
        }
    }

    private async Task FinishCheckedAsync(ClientSession client, ClientMessage message, ChunkedUpload upload, CancellationToken cancellationToken)
    {
        UploadAnnouncement announcement = upload.Announcement;
        if (!string.Equals(await upload.Md5Async(cancellationToken), announcement.Md5, StringComparison.Ordinal))
        {
            context.Uploads.Remove(upload);
            await client.RefuseAsync(message.Type, new Refusal(
                ErrorCodes.FileHashMismatch, "文件完整性校验失败: the MD5 of the whole file is not the file_hash of its upload_request; start again with upload_request"));
            return;
        }

        JobResult? cached = await context.Jobs.FindResultAsync(upload.Id, announcement.FileName, announcement.Md5, announcement.Options, cancellationToken);
        if (cached is not null)
        {
            context.Uploads.Remove(upload);
            await client.SendAsync(context.Messages.TaskComplete(cached));
            return;
        }

        SubmitOutcome outcome = await handover.SubmitAsync(client, upload, upload.Path, cancellationToken);
        if (outcome is not (SubmitOutcome.QueueFull or SubmitOutcome.Refused))
            context.Uploads.Remove(upload);
        await handover.AcknowledgeAsync(client, upload, outcome, message.Type);
    }
}
