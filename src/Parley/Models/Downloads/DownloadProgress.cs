namespace Parley.Models.Downloads;

/// <summary>How far fetching a bundle has come.</summary>
/// <param name="Bytes">What is there, parts of earlier runs included.</param>
/// <param name="TotalBytes">What there will be; sizes that no hub tells are missing from it.</param>
/// <param name="Note">Something that people should read, such as a retry; null for mere progress.</param>
public sealed record DownloadProgress(long Bytes, long TotalBytes, string? Note = null);
