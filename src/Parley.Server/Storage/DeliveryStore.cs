using Microsoft.EntityFrameworkCore;

namespace Parley.Server.Storage;

/// <summary>A message that is due.</summary>
internal readonly record struct DueDelivery(long Sequence, string Url);

/// <summary>The table of messages about jobs that have ended.</summary>
internal sealed class DeliveryStore(Database database)
{
    /// <summary>Messages whose time has come, new ones first, then those that wait longest.</summary>
    /// <param name="now">The time.</param>
    /// <param name="busy">Addresses that get nothing for now.</param>
    /// <param name="limit">Most of them.</param>
    public List<DueDelivery> Due(DateTimeOffset now, IReadOnlyList<string> busy, int limit) => database.Read(context => context.Deliveries
        .Where(row => row.State == DeliveryState.Pending && row.NextAttemptAt <= now && !busy.Contains(row.Url))
        .OrderBy(row => row.Attempts > 0).ThenBy(row => row.NextAttemptAt).ThenBy(row => row.Sequence)
        .Take(limit)
        .Select(row => new DueDelivery(row.Sequence, row.Url)).ToList());

    /// <summary>When the next message is due after a time; null when none is.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset now) => database.Read(context => context.Deliveries
        .Where(row => row.State == DeliveryState.Pending && row.NextAttemptAt > now).Min(row => row.NextAttemptAt));

    public DeliveryRow? Find(long sequence) => database.Read(context => context.Deliveries.SingleOrDefault(row => row.Sequence == sequence));

    /// <summary>A message, if it is about a job of this user.</summary>
    public DeliveryRow? Find(Guid id, string? user) => database.Read(context => context.Deliveries.SingleOrDefault(row => row.Id == id && row.ClientUser == user));

    /// <summary>Messages about jobs of a user, newest first.</summary>
    /// <param name="user">The user; null without authentication.</param>
    /// <param name="job">About this job only; null: about all of them.</param>
    /// <param name="limit">Most of them.</param>
    public List<DeliveryRow> List(string? user, Guid? job, int limit) => database.Read(context => context.Deliveries
        .Where(row => row.ClientUser == user && (job == null || row.JobId == job))
        .OrderByDescending(row => row.Sequence).Take(limit).ToList());

    /// <summary>An attempt was made. A message that was forgotten meanwhile stays so.</summary>
    public Task<int> RecordAsync(DeliveryRow attempted, CancellationToken cancellationToken) => database.WriteAsync(
        context => context.Deliveries.Where(row => row.Sequence == attempted.Sequence)
            .ExecuteUpdate(set => set.SetProperty(row => row.State, attempted.State)
                .SetProperty(row => row.Attempts, attempted.Attempts)
                .SetProperty(row => row.NextAttemptAt, attempted.NextAttemptAt)
                .SetProperty(row => row.LastAttemptAt, attempted.LastAttemptAt)
                .SetProperty(row => row.LastStatus, attempted.LastStatus)
                .SetProperty(row => row.LastError, attempted.LastError)),
        cancellationToken);

    /// <summary>A message is sent from the beginning, whatever became of it.</summary>
    public Task<int> ReplayAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        context => context.Deliveries.Where(row => row.Id == id)
            .ExecuteUpdate(set => set.SetProperty(row => row.State, DeliveryState.Pending)
                .SetProperty(row => row.Attempts, 0)
                .SetProperty(row => row.NextAttemptAt, (DateTimeOffset?)now)),
        cancellationToken);

    /// <summary>Forgets messages that were attempted last before a time, and the oldest ones beyond a number. Those that are still to be sent stay.</summary>
    /// <returns>How many.</returns>
    public Task<int> SweepAsync(DateTimeOffset attemptedBefore, int maxCount, CancellationToken cancellationToken) => database.WriteAsync(
        context =>
        {
            IQueryable<DeliveryRow> ended = context.Deliveries.Where(row => row.State != DeliveryState.Pending);
            int swept = ended.Where(row => row.LastAttemptAt < attemptedBefore).ExecuteDelete();
            int surplus = ended.Count() - maxCount;
            if (surplus <= 0)
                return swept;
            long newest = ended.OrderBy(row => row.Sequence).Skip(surplus - 1).Select(row => row.Sequence).First();
            return swept + ended.Where(row => row.Sequence <= newest).ExecuteDelete();
        },
        cancellationToken);

    /// <summary>Adds the messages about jobs that end in the change that is being made.</summary>
    /// <returns>Whether there are any.</returns>
    internal static bool Add(ParleyContext context, IOutbox outbox, IReadOnlyList<JobRow> ended)
    {
        bool hasAny = false;
        foreach (JobRow job in ended.Where(outbox.IsWanted))
        {
            ResultRow? result = job.ResultId is { } id ? Figures(context, id) : null;
            IReadOnlyList<DeliveryRow> messages = outbox.MessagesOf(job, result);
            context.Deliveries.AddRange(messages);
            hasAny |= messages.Count > 0;
        }

        return hasAny;
    }

    // Not the transcript, which may be large.
    private static ResultRow? Figures(ParleyContext context, long id) => context.Results.AsNoTracking().Where(row => row.Id == id)
        .Select(row => new ResultRow { Id = row.Id, AudioSeconds = row.AudioSeconds, SpeakerCount = row.SpeakerCount, ProcessingSeconds = row.ProcessingSeconds })
        .SingleOrDefault();
}
