namespace Parley.Server.Protocols.WebSockets;

/// <summary>Why a message is answered with an <c>error</c> frame.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">For people: what is wrong, what was expected, what to do.</param>
internal sealed record Refusal(string Code, string Message)
{
    private const int MaxQuoted = 64;

    public static Refusal InvalidJson { get; } = new(ErrorCodes.InvalidJson, "无效的JSON格式: send one JSON object in each message");

    public static Refusal TaskNotFound { get; } = new(ErrorCodes.TaskNotFound, "任务不存在: send upload_request again");

    public static Refusal SessionNotFound { get; } = new(ErrorCodes.SessionNotFound, "上传会话不存在: it ended or expired; send upload_request again, or ask for task_status");

    public static Refusal TaskExpired { get; } = new(ErrorCodes.TaskExpired, "任务已过期: send upload_request with the same file_hash again; the cache may answer it");

    public static Refusal MissingTaskId { get; } = new(ErrorCodes.MissingTaskId, "缺少task_id参数: put the task_id of upload_ready into data");

    public static Refusal DiskFull(string code)
        => new(code, "服务器磁盘空间不足: the server's disk is nearly full; try again later, or ask its operator to free space");

    public static Refusal Internal(string code)
        => new(code, "服务器内部错误: the server failed at this message; try again, or ask its operator to look at the log");

    public static Refusal BadBase64(string code)
        => new(code, "无效的base64数据: expected standard base64 with padding and without blanks (RFC 4648, section 4)");

    /// <summary>Text of a client, short enough to be quoted.</summary>
    public static string Quote(string text) => text.Length <= MaxQuoted ? text : text[..MaxQuoted] + "…";
}
