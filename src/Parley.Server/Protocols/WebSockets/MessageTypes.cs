namespace Parley.Server.Protocols.WebSockets;

/// <summary>Values of the member <c>type</c>, in both directions.</summary>
internal static class MessageTypes
{
    public const string Auth = "auth";
    public const string AuthRequired = "auth_required";
    public const string AuthSuccess = "auth_success";
    public const string Connected = "connected";
    public const string Ping = "ping";
    public const string Pong = "pong";
    public const string UploadRequest = "upload_request";
    public const string UploadReady = "upload_ready";
    public const string UploadData = "upload_data";
    public const string UploadChunk = "upload_chunk";
    public const string ChunkReceived = "chunk_received";
    public const string FinalizeUpload = "finalize_upload";
    public const string UploadComplete = "upload_complete";
    public const string TaskQueued = "task_queued";
    public const string QueueFull = "queue_full";
    public const string TaskProgress = "task_progress";
    public const string TaskComplete = "task_complete";
    public const string TaskStatus = "task_status";
    public const string TaskStatusBatch = "task_status_batch";
    public const string CancelTask = "cancel_task";
    public const string TaskCancelled = "task_cancelled";
    public const string Error = "error";
}
