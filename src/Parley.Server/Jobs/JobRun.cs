using Parley.Transcripts;

namespace Parley.Server.Jobs;

/// <summary>One attempt on a slot, for every job that wants the same work. Members and progress are guarded by the <see cref="JobBoard"/>.</summary>
internal sealed class JobRun(LiveJob leader) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public WorkKey Key { get; } = leader.Key;

    /// <summary>The job that this attempt is logged and named after.</summary>
    public LiveJob Leader { get; } = leader;

    /// <summary>Identity of the models when it began; empty in its first moment, while nobody can join.</summary>
    public string Model { get; set; } = "";

    public List<LiveJob> Members { get; } = [];

    /// <summary>Nobody may join any more.</summary>
    public bool IsClosed { get; set; }

    public int Percent { get; set; }

    /// <summary>When it will be done, by the clock's time stamps; null while it does not say how far it is.</summary>
    public long? ExpectedEnd { get; set; }

    /// <summary>What has been settled of the text in this attempt. Replaced, never changed: watchers keep what they were given.</summary>
    public IReadOnlyList<TranscriptSentence> Said { get; set; } = [];

    /// <summary>The recording that the engine reads: kept until it has let go, whatever becomes of its job.</summary>
    public string? AudioPath { get; set; }

    /// <summary>Whether the database knows that the attempt is on a slot: it counts as lost if the server dies.</summary>
    public bool IsMarked { get; set; }

    /// <summary>Ends when the attempt has left its slot.</summary>
    public Task Task { get; set; } = Task.CompletedTask;

    /// <summary>Cancelled when nobody wants the result any more, or the server goes.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Cancels <see cref="Token"/>. What waits for it runs elsewhere.</summary>
    public async Task StopAsync()
    {
        try
        {
            await _stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    public void Dispose() => _stop.Dispose();
}
