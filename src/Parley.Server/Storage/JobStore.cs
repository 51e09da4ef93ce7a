using Microsoft.EntityFrameworkCore;

namespace Parley.Server.Storage;

/// <summary>The table of jobs. Final states are final: no change here touches a job that has one.</summary>
/// <param name="database">Where it is.</param>
/// <param name="outbox">Told what ends, in the same change; null: nobody is.</param>
internal sealed class JobStore(Database database, IOutbox? outbox = null)
{
    /// <summary>Ids of forgotten jobs that are remembered.</summary>
    public const int MaxEvicted = 10_000;

    /// <summary>Adds a job and, in the same breath, the key of the request that made it.</summary>
    /// <returns>Its place in the order of acceptance.</returns>
    public Task<long> InsertAsync(JobRow row, RequestKeyRow? key, CancellationToken cancellationToken) => WriteAsync(
        context =>
        {
            context.Jobs.Add(row);
            if (key is not null)
            {
                context.RequestKeys.Where(old => old.Owner == key.Owner && old.RequestKey == key.RequestKey).ExecuteDelete();
                context.RequestKeys.Add(key);
            }

            context.SaveChanges();
            return (row.Sequence, (IReadOnlyList<JobRow>)(row.State >= RowState.Completed ? [row] : []));
        },
        cancellationToken);

    public JobRow? Find(Guid id) => database.Read(context => context.Jobs.SingleOrDefault(row => row.Id == id));

    /// <summary>Whether a recording belongs to a job, waiting or ended, that keeps it.</summary>
    public bool KeepsRecording(string path) => database.Read(context => context.Jobs.Any(row => row.KeepRecording && row.AudioPath == path));

    /// <summary>Recordings of jobs that keep theirs.</summary>
    /// <param name="endedAfter">Jobs that ended earlier keep them no more; null: there is no such time.</param>
    public List<string> KeptRecordings(DateTimeOffset? endedAfter) => database.Read(context =>
    {
        IQueryable<JobRow> keeping = context.Jobs.Where(row => row.KeepRecording);
        if (endedAfter is { } time)
            keeping = keeping.Where(row => row.EndedAt == null || row.EndedAt >= time);
        return keeping.Select(row => row.AudioPath).ToList();
    });

    /// <summary>What a key stands for: the newest request under it, while its job is known.</summary>
    public RequestKeyRow? FindKey(string owner, string key, DateTimeOffset createdFrom) => database.Read(
        context => context.RequestKeys.SingleOrDefault(
            row => row.Owner == owner && row.RequestKey == key && row.CreatedAt >= createdFrom && context.Jobs.Any(job => job.Id == row.JobId)));

    /// <summary>Forgets keys that are older.</summary>
    public Task<int> DropKeysAsync(DateTimeOffset createdBefore, CancellationToken cancellationToken) => database.WriteAsync(
        context => context.RequestKeys.Where(row => row.CreatedAt < createdBefore).ExecuteDelete(), cancellationToken);

    /// <summary>Jobs that fit, newest first.</summary>
    public List<JobRow> List(JobFilter filter) => database.Read(context =>
    {
        IQueryable<JobRow> rows = context.Jobs.Where(row => row.ClientUser == filter.User);
        if (filter.States.Count > 0)
            rows = rows.Where(row => filter.States.Contains(row.State));
        if (filter.Before is { } before)
            rows = rows.Where(row => row.Sequence < before);
        if (filter.NamePart is { } part)
        {
            string pattern = $"%{part.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
            rows = rows.Where(row => EF.Functions.Like(row.FileName, pattern, "\\"));
        }

        return rows.OrderByDescending(row => row.Sequence).Take(filter.Limit).ToList();
    });

    /// <summary>Forgets a job that has ended, with its key and, unless others need it, its transcript. Nobody is told that it was there.</summary>
    /// <returns>Whether it was there.</returns>
    public Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken) => database.WriteAsync(
        context =>
        {
            context.RequestKeys.Where(row => row.JobId == id).ExecuteDelete();
            bool isDeleted = context.Jobs.Where(row => row.Id == id && row.State >= RowState.Completed).ExecuteDelete() > 0;
            ResultStore.DeleteUnused(context);
            return isDeleted;
        },
        cancellationToken);

    public int Count() => database.Read(context => context.Jobs.Count());

    /// <summary>
    /// After a start: every job that has not ended is pending again, at its place. One that was being worked on counts as lost once more, and at
    /// <paramref name="maxLost"/> it fails.
    /// </summary>
    /// <returns>The jobs that are pending, in order, and those that failed here.</returns>
    public Task<(List<JobRow> Pending, List<JobRow> Failed)> RecoverAsync(int maxLost, string error, int fault, DateTimeOffset now, CancellationToken cancellationToken)
        => WriteAsync(
            context =>
            {
                List<JobRow> live = [.. context.Jobs.Where(row => row.State < RowState.Completed).OrderBy(row => row.Sequence)];
                List<JobRow> failed = [];
                foreach (JobRow row in live.Where(row => row.State == RowState.Processing))
                {
                    bool wasAtWork = row.StartedAt is not null;
                    (row.State, row.StartedAt) = (RowState.Pending, null);
                    if (!wasAtWork)
                        continue;
                    (row.Lost, row.Retries) = (row.Lost + 1, row.Retries + 1);
                    if (row.Lost < maxLost)
                        continue;
                    (row.State, row.Error, row.Fault, row.EndedAt) = (RowState.Failed, error, fault, now);
                    failed.Add(row);
                }

                return ((live.Where(row => row.State == RowState.Pending).ToList(), failed), (IReadOnlyList<JobRow>)failed);
            },
            cancellationToken);

    /// <summary>Work on jobs begins. Without a time of start a worker is not there yet; a crash until then is no fault of the jobs.</summary>
    public Task<int> StartAsync(IReadOnlyList<long> jobs, DateTimeOffset? startedAt, CancellationToken cancellationToken) => database.WriteAsync(
        context => context.Jobs.Where(row => jobs.Contains(row.Sequence) && row.State < RowState.Completed)
            .ExecuteUpdate(set => set.SetProperty(row => row.State, RowState.Processing).SetProperty(row => row.StartedAt, startedAt)),
        cancellationToken);

    /// <summary>A job waits for a further attempt.</summary>
    public Task<int> RequeueAsync(long job, int retries, int lost, CancellationToken cancellationToken) => database.WriteAsync(
        context => context.Jobs.Where(row => row.Sequence == job && row.State < RowState.Completed)
            .ExecuteUpdate(set => set.SetProperty(row => row.State, RowState.Pending)
                .SetProperty(row => row.StartedAt, (DateTimeOffset?)null)
                .SetProperty(row => row.Retries, retries)
                .SetProperty(row => row.Lost, lost)),
        cancellationToken);

    /// <summary>What is at work when the server stops in order waits for the next start; nothing is held against it.</summary>
    public Task<int> CheckpointAsync(CancellationToken cancellationToken) => database.WriteAsync(
        context => context.Jobs.Where(row => row.State == RowState.Processing)
            .ExecuteUpdate(set => set.SetProperty(row => row.State, RowState.Pending).SetProperty(row => row.StartedAt, (DateTimeOffset?)null)),
        cancellationToken);

    /// <summary>Jobs end without a result.</summary>
    public Task<int> EndAsync(IReadOnlyList<long> jobs, int state, string error, int? fault, DateTimeOffset endedAt, CancellationToken cancellationToken)
        => WriteAsync(
            context => Ending(context, jobs, live => live
                .ExecuteUpdate(set => set.SetProperty(row => row.State, state)
                    .SetProperty(row => row.Error, error)
                    .SetProperty(row => row.Fault, fault)
                    .SetProperty(row => row.EndedAt, endedAt))),
            cancellationToken);

    /// <summary>Jobs end with a result that is there already.</summary>
    public Task<int> CompleteAsync(IReadOnlyList<long> jobs, long result, DateTimeOffset endedAt, CancellationToken cancellationToken)
        => WriteAsync(context => Complete(context, jobs, result, endedAt, isCached: true), cancellationToken);

    /// <summary>Jobs end with a new result: it, what it replaces in the cache, and the jobs change together.</summary>
    /// <returns>Files of analyses that nothing points to any more.</returns>
    public Task<List<string>> CompleteAsync(
        IReadOnlyList<long> jobs, ResultRow result, AnalysisRow? analysis, DateTimeOffset endedAt, CancellationToken cancellationToken)
        => WriteAsync(
            context =>
            {
                if (result.IsCached)
                    ResultStore.Uncache(context, result);
                context.Results.Add(result);
                context.SaveChanges();
                (_, IReadOnlyList<JobRow> ended) = Complete(context, jobs, result.Id, endedAt, isCached: false);
                List<string> replaced = analysis is null ? [] : AnalysisStore.Replace(context, analysis);
                return (replaced, ended);
            },
            cancellationToken);

    /// <summary>
    /// Forgets ended jobs that are older than <paramref name="endedBefore"/>, and the oldest ones beyond <paramref name="maxRetained"/>. Jobs that people
    /// work with (the recording is kept, or the transcript was edited) are forgotten for their age only when they are older than both times.
    /// </summary>
    /// <param name="endedBefore">For all jobs.</param>
    /// <param name="usedEndedBefore">For those that people work with; null: never for their age.</param>
    /// <param name="maxRetained">How many ended jobs are kept.</param>
    /// <param name="cancellationToken">Ends the wait for the writer's turn.</param>
    /// <returns>Their ids, oldest first.</returns>
    public Task<List<Guid>> EvictAsync(DateTimeOffset endedBefore, DateTimeOffset? usedEndedBefore, int maxRetained, CancellationToken cancellationToken) => database.WriteAsync(
        context =>
        {
            IQueryable<JobRow> ended = context.Jobs.Where(row => row.State >= RowState.Completed);
            int surplus = Math.Max(0, ended.Count() - Math.Max(0, maxRetained));
            List<JobRow> gone = [.. ended.OrderBy(row => row.EndedAt).ThenBy(row => row.Sequence).Take(surplus)];
            HashSet<long> taken = [.. gone.Select(row => row.Sequence)];
            IQueryable<JobRow> old = ended.Where(row => row.EndedAt < endedBefore
                && ((!row.KeepRecording && row.Revision == 0) || (usedEndedBefore != null && row.EndedAt < usedEndedBefore)));
            gone.AddRange(old.OrderBy(row => row.EndedAt).AsEnumerable().Where(row => !taken.Contains(row.Sequence)));
            if (gone.Count == 0)
                return [];
            context.Jobs.RemoveRange(gone);
            context.Evicted.AddRange(gone.Select(row => new EvictedRow { Id = row.Id }));
            context.SaveChanges();
            long newest = context.Evicted.Max(row => row.Sequence);
            context.Evicted.Where(row => row.Sequence <= newest - MaxEvicted).ExecuteDelete();
            return gone.ConvertAll(row => row.Id);
        },
        cancellationToken);

    /// <summary>Ids of jobs that were known once, oldest first.</summary>
    public List<Guid> LoadEvicted() => database.Read(context => context.Evicted.OrderBy(row => row.Sequence).Select(row => row.Id).ToList());

    private static (int Count, IReadOnlyList<JobRow> Ended) Complete(ParleyContext context, IReadOnlyList<long> jobs, long result, DateTimeOffset endedAt, bool isCached)
        => Ending(context, jobs, live => live
            .ExecuteUpdate(set => set.SetProperty(row => row.State, RowState.Completed)
                .SetProperty(row => row.ResultId, (long?)result)
                .SetProperty(row => row.IsCached, isCached)
                .SetProperty(row => row.EndedAt, endedAt)));

    // Final states are final: only those that have none end here.
    private static (int Count, IReadOnlyList<JobRow> Ended) Ending(ParleyContext context, IReadOnlyList<long> jobs, Func<IQueryable<JobRow>, int> end)
    {
        List<long> live = [.. context.Jobs.Where(row => jobs.Contains(row.Sequence) && row.State < RowState.Completed).Select(row => row.Sequence)];
        IQueryable<JobRow> ending = context.Jobs.Where(row => live.Contains(row.Sequence));
        int count = end(ending);
        return (count, ending.AsNoTracking().ToList());
    }

    // The ends of jobs and the messages about them are one change. Whoever sends them is woken when it is on the disk.
    private async Task<T> WriteAsync<T>(Func<ParleyContext, (T Result, IReadOnlyList<JobRow> Ended)> change, CancellationToken cancellationToken)
    {
        IOutbox told = outbox ?? NoOutbox.Instance;
        bool hasMessages = false;
        T result = await database.WriteAsync(
            context =>
            {
                (T changed, IReadOnlyList<JobRow> ended) = change(context);
                hasMessages = DeliveryStore.Add(context, told, ended);
                return changed;
            },
            cancellationToken);
        if (hasMessages)
            told.Wake();
        return result;
    }
}
