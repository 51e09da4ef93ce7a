namespace Parley.Server.Protocols.WebSockets;

/// <summary>Codes of <c>error</c> frames. Clients compare them; they never change.</summary>
internal static class ErrorCodes
{
    public const string AuthFailed = "auth_failed";
    public const string InvalidJson = "invalid_json";
    public const string MessageError = "message_error";
    public const string UnknownMessageType = "unknown_message_type";
    public const string MissingTaskId = "missing_task_id";
    public const string InvalidFormat = "invalid_format";
    public const string FileTooLarge = "file_too_large";
    public const string InvalidFileType = "invalid_file_type";
    public const string UploadError = "upload_error";
    public const string TaskNotFound = "task_not_found";
    public const string TaskExpired = "task_expired";
    public const string MissingFileData = "missing_file_data";
    public const string SizeMismatch = "size_mismatch";
    public const string HashMismatch = "hash_mismatch";
    public const string UploadDataError = "upload_data_error";
    public const string ChunkedUploadError = "chunked_upload_error";
    public const string TooManySessions = "too_many_sessions";
    public const string MissingChunkData = "missing_chunk_data";
    public const string SessionNotFound = "session_not_found";
    public const string ChunkHashMismatch = "chunk_hash_mismatch";
    public const string ChunkUploadError = "chunk_upload_error";
    public const string FileHashMismatch = "file_hash_mismatch";
    public const string FinalizeError = "finalize_error";
    public const string StatusError = "status_error";
    public const string MissingTaskIds = "missing_task_ids";
    public const string CancelFailed = "cancel_failed";
    public const string CancelError = "cancel_error";
    public const string TaskFailed = "task_failed";
}
