using Parley.Server.Configuration;
using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>Who sends a payload.</summary>
/// <param name="IsAdmitted">False until the connection has shown its token, where one is asked for.</param>
/// <param name="User">Subject of the token.</param>
internal readonly record struct PayloadSender(bool IsAdmitted, string? User);

/// <summary>Decides, when a payload begins, whether it may be written to disk, and how much of it. Safe for concurrent calls.</summary>
internal sealed class PayloadPolicy(ServerOptions options, UploadRegistry uploads, UploadFiles files)
{
    /// <summary>A spool; null when nobody waits for this payload.</summary>
    /// <param name="field">Its member.</param>
    /// <param name="type">The message's type; null when it comes behind the payload, or never.</param>
    /// <param name="taskId">The upload; null when it comes behind the payload, or never.</param>
    /// <param name="sender">Who sends it.</param>
    public PayloadSpool? Open(PayloadField field, string? type, string? taskId, PayloadSender sender)
    {
        string wanted = field == PayloadField.FileData ? MessageTypes.UploadData : MessageTypes.UploadChunk;
        if (!sender.IsAdmitted || (type is not null && !string.Equals(type, wanted, StringComparison.Ordinal)))
            return null;
        if (taskId is null)
            return new PayloadSpool(files, upload: null, options.Server.MaxFileSizeMb * (1L << 20));
        if (!Guid.TryParseExact(taskId, "D", out Guid id))
            return null;
        if (field == PayloadField.FileData)
            return uploads.FindSingle(id, sender.User) is { } single ? new PayloadSpool(files, single, single.Announcement.FileSize) : null;
        return uploads.FindChunked(id, sender.User) is { IsClosed: false } chunked
            ? new PayloadSpool(files, chunked, Math.Min(chunked.Announcement.Chunks!.Size, chunked.Announcement.FileSize))
            : null;
    }
}
