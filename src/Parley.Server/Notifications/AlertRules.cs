namespace Parley.Server.Notifications;

/// <summary>Names of the rules of the alert watch.</summary>
internal static class AlertRules
{
    public const string QueueSaturation = "queue_saturation";

    public const string ErrorSurge = "error_surge";

    public const string ServerDegraded = "server_degraded";
}
