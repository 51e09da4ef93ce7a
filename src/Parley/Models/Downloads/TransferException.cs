namespace Parley.Models.Downloads;

/// <summary>A transfer failed in a way that may pass: the connection broke, the hub is busy, the bytes were damaged. It is tried again.</summary>
internal sealed class TransferException(string message, Exception? innerException = null, TimeSpan? retryAfter = null) : Exception(message, innerException)
{
    /// <summary>How long the hub asks to be left alone; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
