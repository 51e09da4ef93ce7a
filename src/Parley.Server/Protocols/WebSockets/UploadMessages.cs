using Parley.Server.Jobs;
using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.WebSockets;

/// <summary><c>upload_request</c> and <c>upload_data</c>. Safe for concurrent calls.</summary>
internal sealed class UploadMessages(ProtocolContext context, JobHandover handover)
{
    private const int MaxTaskId = 256;

    /// <summary>Announces a file. The first answer is <c>upload_ready</c>, <c>task_complete</c> or <c>error</c>; no job is made.</summary>
    public async Task RequestAsync(ClientSession client, ClientMessage message, CancellationToken cancellationToken)
    {
        if (UploadRequestReader.Read(message.Data, context.Options, context.Bundles, out Refusal? refusal) is not { } announcement)
        {
            await client.RefuseAsync(message.Type, refusal!);
            return;
        }

        string code = announcement.Chunks is null ? ErrorCodes.UploadError : ErrorCodes.ChunkedUploadError;
        Guid id = Guid.NewGuid();
        if (announcement.Chunks is null || context.Options.Transcription.EarlyHitForChunked)
        {
            JobResult? cached = await context.Jobs.FindResultAsync(id, announcement.FileName, announcement.Md5, announcement.Options, cancellationToken);
            if (cached is not null)
            {
                await client.SendAsync(context.Messages.TaskComplete(cached, isEarly: true));
                return;
            }
        }

        // A full queue is told when the file is here: clients that poll by asking again must not be turned away.
        if (context.Jobs.WouldRefuse(client.Client) is SubmitOutcome.Refused refused)
            await client.RefuseAsync(message.Type, new Refusal(code, refused.Message));
        else if (!context.Files.HasSpaceFor(announcement.FileSize))
            await client.RefuseAsync(message.Type, Refusal.DiskFull(code));
        else if (!TryOpen(id, announcement, client.User))
            await client.RefuseAsync(message.Type, TooManySessions);
        else
            await client.SendAsync(context.Messages.UploadReady(id, announcement.Chunks));
    }

    /// <summary>Takes a file that came in one frame. The first answer is never <c>task_complete</c>.</summary>
    public async Task DataAsync(ClientSession client, ClientMessage message, CancellationToken cancellationToken)
    {
        if (!HasTaskId(message))
        {
            await client.RefuseAsync(message.Type, Refusal.MissingTaskId);
            return;
        }

        Guid? id = TaskIdOf(message);
        SingleUpload? upload = id is { } known ? context.Uploads.FindSingle(known, client.User) : null;
        if (upload is null || !upload.TryTake())
        {
            bool isSubmitted = upload is not null || await IsJobAsync(client, id, cancellationToken);
            await client.RefuseAsync(message.Type, isSubmitted ? JobHandover.AlreadySubmitted : Refusal.TaskNotFound);
            return;
        }

        try
        {
            using (context.Logger.JobScope(upload.Id))
                await TakeAsync(client, message, upload, cancellationToken);
        }
        finally
        {
            upload.GiveBack();
        }
    }

    /// <summary>Whether <c>task_id</c> says anything.</summary>
    public static bool HasTaskId(ClientMessage message)
    {
        DataReader reader = new(message.Data);
        return reader.Has("task_id") && reader.Text("task_id", MaxTaskId) is not "";
    }

    /// <summary>The task's number; null when it is none of ours.</summary>
    public static Guid? TaskIdOf(ClientMessage message)
        => Guid.TryParseExact(new DataReader(message.Data).Text("task_id", MaxTaskId), "D", out Guid id) ? id : null;

    private Refusal TooManySessions => new(
        ErrorCodes.TooManySessions,
        $"上传会话过多: {context.Options.Transcription.UploadSessionMaxCount} uploads are open (transcription.upload_session_max_count); finish one, or try again later");

    private bool TryOpen(Guid id, UploadAnnouncement announcement, string? user)
    {
        if (announcement.Chunks is not null)
            return context.Uploads.OpenChunked(id, announcement, user) is not null;
        context.Uploads.OpenSingle(id, announcement, user);
        return true;
    }

    private async Task<bool> IsJobAsync(ClientSession client, Guid? id, CancellationToken cancellationToken)
        => id is { } known && await context.Jobs.FindAsync(known, cancellationToken) is { } status && client.Owns(status.Client.User);

    private async Task TakeAsync(ClientSession client, ClientMessage message, SingleUpload upload, CancellationToken cancellationToken)
    {
        if (Check(upload.Announcement, PayloadOf(message, "file_data", message.FileData)) is { } refusal)
        {
            upload.Touch();
            await client.RefuseAsync(message.Type, refusal);
            return;
        }

        SubmitOutcome outcome = await handover.SubmitAsync(client, upload, message.FileData!.Path, cancellationToken);
        context.Uploads.Remove(upload);
        await handover.AcknowledgeAsync(client, upload, outcome, message.Type);
    }

    /// <summary>The payload of a member that is a string; null otherwise, and for an empty one.</summary>
    public static SpooledPayload? PayloadOf(ClientMessage message, string name, SpooledPayload? payload)
    {
        bool isText = DataReader.TryGet(message.Data, name, out System.Text.Json.JsonElement value) && value.ValueKind == System.Text.Json.JsonValueKind.String;
        return isText && payload is not { Fault: SpoolFault.None, Length: 0 } ? payload : null;
    }

    private static Refusal? Check(UploadAnnouncement announcement, SpooledPayload? payload) => payload switch
    {
        null => new Refusal(ErrorCodes.MissingFileData, "缺少文件数据: data.file_data must hold the whole file in base64"),
        { Fault: SpoolFault.NotBase64 } => Refusal.BadBase64(ErrorCodes.UploadDataError),
        { Fault: SpoolFault.DiskFull } => Refusal.DiskFull(ErrorCodes.UploadDataError),
        { Fault: SpoolFault.Unwanted } => new Refusal(ErrorCodes.UploadDataError, "文件未保存: the task was not ready for this file; send upload_data again"),
        { Fault: not SpoolFault.None } => Refusal.Internal(ErrorCodes.UploadDataError),
        _ when payload.Length != announcement.FileSize
            => new Refusal(ErrorCodes.SizeMismatch, $"文件大小不匹配: expected {announcement.FileSize} bytes, got {payload.Length}"),
        _ when !string.Equals(payload.Md5, announcement.Md5, StringComparison.Ordinal)
            => new Refusal(ErrorCodes.HashMismatch, "文件哈希不匹配: the MD5 of the file is not the file_hash of its upload_request; send it again"),
        _ => null,
    };
}
