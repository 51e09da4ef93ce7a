namespace Parley.Server.Webhooks;

/// <summary>When a message is tried again. Pure.</summary>
internal static class DeliveryBackoff
{
    // Longer each time, for a bit less than eight hours in all.
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(6),
    ];

    /// <summary>Attempts that are made at most.</summary>
    public static int MaxAttempts => Pauses.Length + 1;

    /// <summary>Pause after failed attempts; null when there is no further one.</summary>
    /// <param name="attempts">How many failed; at least 1.</param>
    /// <param name="chance">From 0 to 1: receivers that come back are not met by all messages at once.</param>
    public static TimeSpan? After(int attempts, double chance) => attempts <= Pauses.Length ? Pauses[attempts - 1] * (0.8 + (0.4 * chance)) : null;
}
