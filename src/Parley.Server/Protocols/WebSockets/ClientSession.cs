using Microsoft.Extensions.Logging;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>A connection as the handlers of messages see it: who it is, and a way to speak to it. Safe for concurrent calls.</summary>
internal sealed class ClientSession(string connectionId, string address, Outgoing outgoing, ServerMessages messages, ILogger logger) : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private readonly List<Task> _followers = [];

    /// <summary>Opaque; told to the client.</summary>
    public string ConnectionId { get; } = connectionId;

    /// <summary>Whether messages other than <c>auth</c> are taken.</summary>
    public bool IsAdmitted { get; private set; }

    /// <summary>Subject of the token; null without authentication.</summary>
    public string? User => Client.User;

    public JobClient Client { get; private set; } = new(address, User: null);

    /// <summary>Whether nobody hears an answer any more.</summary>
    public bool IsDeaf => outgoing.IsEnding;

    /// <summary>Cancelled when the connection has ended.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>From now on messages are taken, in the name of this user.</summary>
    public void Admit(string? user)
    {
        Client = user is null ? Client : new JobClient(user, user);
        IsAdmitted = true;
    }

    /// <summary>Whether a job or an upload of this user may be seen here.</summary>
    public bool Owns(string? user) => string.Equals(user, User, StringComparison.Ordinal);

    public ValueTask SendAsync(byte[] frame) => outgoing.SendAsync(frame);

    /// <summary>Answers with an <c>error</c> frame.</summary>
    public ValueTask RefuseAsync(string type, Refusal refusal)
    {
        logger.MessageRefused(type, refusal.Code);
        return outgoing.SendAsync(messages.Error(refusal));
    }

    /// <summary>Takes work that ends with this connection.</summary>
    public void Follow(Task follower)
    {
        lock (_followers)
        {
            _followers.RemoveAll(task => task.IsCompleted);
            _followers.Add(follower);
        }
    }

    /// <summary>The connection has ended: stops what follows jobs for it, and waits.</summary>
    public async Task EndAsync()
    {
        await _gone.CancelAsync();
        Task[] followers;
        lock (_followers)
            followers = [.. _followers];
        await Task.WhenAll(followers);
    }

    public void Dispose() => _gone.Dispose();
}
