using Parley.Server.Configuration;

namespace Parley.Server.Jobs;

/// <summary>Who may still come into the queue. Counts the jobs that are being written to disk with those that wait. Not safe for concurrent calls.</summary>
internal sealed class Admission
{
    private readonly Dictionary<string, int> _reserved = new(StringComparer.Ordinal);
    private int _count;

    public void Reserve(JobClient client)
    {
        _count++;
        _reserved[client.Key] = _reserved.GetValueOrDefault(client.Key) + 1;
    }

    public void Release(JobClient client)
    {
        _count--;
        int left = _reserved[client.Key] - 1;
        if (left == 0)
            _reserved.Remove(client.Key);
        else
            _reserved[client.Key] = left;
    }

    /// <summary>Null when one more job of a client may come.</summary>
    /// <param name="client">Whose job.</param>
    /// <param name="queue">Those that wait.</param>
    /// <param name="limits">How many may.</param>
    /// <param name="freeSlots">So many do not have to wait.</param>
    /// <param name="secondsPerStart">Usual time between two starts.</param>
    public SubmitOutcome.QueueFull? Refusal(JobClient client, FairQueue queue, TranscriptionOptions limits, int freeSlots, double secondsPerStart)
    {
        int retryAfter = Math.Max(1, (int)Math.Floor(secondsPerStart));
        int waiting = Math.Max(0, queue.Count + _count - freeSlots);
        if (waiting >= limits.MaxQueueSize && queue.Count + _count >= freeSlots)
            return new SubmitOutcome.QueueFull(retryAfter, waiting, limits.MaxQueueSize);
        int own = Math.Max(0, queue.CountOf(client.Key) + _reserved.GetValueOrDefault(client.Key) - freeSlots);
        return limits.MaxQueuedPerClient > 0 && own >= limits.MaxQueuedPerClient
            ? new SubmitOutcome.QueueFull(retryAfter, own, limits.MaxQueuedPerClient)
            : null;
    }
}
