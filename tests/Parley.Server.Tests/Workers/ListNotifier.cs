using System.Collections.Concurrent;
using Parley.Server.Notifications;

namespace Parley.Server.Tests.Workers;

/// <summary>A fake that keeps what people would be told.</summary>
internal sealed class ListNotifier : INotifier
{
    public ConcurrentQueue<Notice> Notices { get; } = new();

    public void Notify(Notice notice) => Notices.Enqueue(notice);
}
