using System.Threading.Channels;

namespace Parley.Server.Jobs;

/// <summary>What watchers are told.</summary>
internal sealed partial class JobBoard
{
    /// <summary>Events of a job from now on, beginning with how it stands; null when it is not here.</summary>
    public (LiveJob Job, Channel<JobEvent> Events)? Watch(Guid id)
    {
        lock (_gate)
        {
            if (_live.GetValueOrDefault(id) is not { } job || job.EndedAt is not null)
                return null;
            Channel<JobEvent> events = job.Watch();
            events.Writer.TryWrite(Present(job, PlacesFor(job)));
            if (job.Run?.Said is { Count: > 0 } said)
                events.Writer.TryWrite(new JobEvent.Said(job.Id, said));
            return (job, events);
        }
    }

    public void Unwatch(LiveJob job, Channel<JobEvent> events)
    {
        lock (_gate)
            job.Unwatch(events);
    }

    /// <summary>Tells every watcher once more how things stand.</summary>
    public void Refresh()
    {
        lock (_gate)
        {
            Dictionary<WorkKey, QueuePlace> places = Places();
            foreach (LiveJob job in _live.Values.Where(job => job.IsWatched && job.EndedAt is null))
                job.Tell(Present(job, places));
        }
    }

    /// <summary>Ends all watching without an end: the server goes, the jobs do not.</summary>
    public void EndWatching()
    {
        lock (_gate)
        {
            foreach (LiveJob job in _live.Values)
            {
                job.Pause?.Dispose();
                job.EndWatching();
            }
        }
    }

    /// <summary>Places of all that waits. Jobs that want the same work share the place of the first of them, because they start with it.</summary>
    private Dictionary<WorkKey, QueuePlace> Places()
    {
        Dictionary<WorkKey, QueuePlace> places = [];
        foreach (LiveJob job in _queue.InOrder())
        {
            if (!places.ContainsKey(job.Key))
                places.Add(job.Key, PlaceAt(places.Count + 1));
        }

        return places;
    }

    // Counting goes through the whole queue; only those that wait have a place.
    private Dictionary<WorkKey, QueuePlace> PlacesFor(LiveJob job) => job.State == JobState.Pending ? Places() : [];

    private QueuePlace PlaceAt(int position)
        => new(position, TimeSpan.FromSeconds((position - 1) / (double)Math.Max(1, slots()) * pace.SecondsPerJob));

    private QueuePlace PlaceOf(LiveJob job, Dictionary<WorkKey, QueuePlace> places)
    {
        if (job.PauseEnds is not { } ends)
            return places.TryGetValue(job.Key, out QueuePlace place) ? place : PlaceAt(1);
        TimeSpan left = clock.GetElapsedTime(clock.GetTimestamp(), ends);
        return new QueuePlace(1, left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    private JobStatus StatusOf(LiveJob job, Dictionary<WorkKey, QueuePlace> places)
    {
        if (job.EndedAt is not null)
            return job.Status;
        if (job.State == JobState.Pending)
            return job.Status with { Place = PlaceOf(job, places) };
        double left = job.Run?.ExpectedEnd is { } end ? clock.GetElapsedTime(clock.GetTimestamp(), end).TotalSeconds : 0;
        return left > 0 ? job.Status with { RemainingSeconds = left } : job.Status;
    }

    private JobEvent Present(LiveJob job, Dictionary<WorkKey, QueuePlace> places)
    {
        if (job.State == JobState.Processing)
            return new JobEvent.Progressed(job.Id, job.Percent, ProgressText.At(job.Percent));
        QueuePlace place = PlaceOf(job, places);
        job.ToldPlace = place;
        return new JobEvent.Queued(job.Id, place);
    }

    /// <summary>Tells those whose place has changed.</summary>
    private void TellPlaces()
    {
        Dictionary<WorkKey, QueuePlace>? places = null;
        foreach (LiveJob job in _queue.InOrder().Where(job => job.IsWatched))
        {
            places ??= Places();
            if (job.ToldPlace?.Position != places[job.Key].Position)
                job.Tell(Present(job, places));
        }
    }
}
