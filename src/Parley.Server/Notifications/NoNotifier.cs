namespace Parley.Server.Notifications;

/// <summary>Tells nobody: notifications are switched off.</summary>
internal sealed class NoNotifier : INotifier
{
    public void Notify(Notice notice)
    {
    }
}
