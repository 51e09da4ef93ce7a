using Parley.Server.Storage;

namespace Parley.Server.Jobs;

/// <summary>Which jobs a client wants to see, newest first.</summary>
internal sealed record JobQuery
{
    public required JobClient Client { get; init; }

    /// <summary>In one of these states; empty for any.</summary>
    public IReadOnlyCollection<JobState> States { get; init; } = [];

    /// <summary>Part of the name of the file; null for any.</summary>
    public string? NamePart { get; init; }

    /// <summary>Where the page before ended; null for the first.</summary>
    public long? Before { get; init; }

    /// <summary>Most jobs of a page; at least 1.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>A page of jobs.</summary>
/// <param name="Jobs">Newest first.</param>
/// <param name="Next">What the next page begins before; null when this is the last one.</param>
internal sealed record JobPage(IReadOnlyList<JobStatus> Jobs, long? Next);

/// <summary>Finds and lists jobs, those in memory and those on disk. Safe for concurrent calls.</summary>
internal sealed class JobIndex(JobBoard board, JobStore store, ResultStore results, ResultCache cache)
{
    public async Task<JobStatus?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        if (board.Find(id) is { } live)
            return live;
        return store.Find(id) is { } row ? (await StatusesAsync([row], cancellationToken))[0] : null;
    }

    public async Task<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken)
    {
        // What has not ended stands in memory more exactly than on disk: it is filtered again here.
        HashSet<int> states = [.. query.States.Select(state => (int)state)];
        if (states.Overlaps([RowState.Pending, RowState.Processing]))
            states.UnionWith([RowState.Pending, RowState.Processing]);
        JobFilter filter = new() { User = query.Client.User, States = states, NamePart = query.NamePart, Before = query.Before, Limit = query.Limit + 1 };
        List<JobStatus> found = [];
        while (true)
        {
            List<JobRow> rows = store.List(filter);
            bool isLast = rows.Count <= query.Limit;
            Dictionary<Guid, JobStatus> live = board.All();
            List<JobRow> page = isLast ? rows : rows[..^1];
            IReadOnlyList<JobStatus> statuses = await StatusesAsync(page, cancellationToken);
            for (int i = 0; i < page.Count; i++)
            {
                JobStatus status = live.GetValueOrDefault(page[i].Id, statuses[i]);
                if (query.States.Count > 0 && !query.States.Contains(status.State))
                    continue;
                found.Add(status);
                if (found.Count == query.Limit)
                    return new JobPage(found, isLast && i == page.Count - 1 ? null : page[i].Sequence);
            }

            if (isLast)
                return new JobPage(found, Next: null);
            filter = filter with { Before = page[^1].Sequence };
        }
    }

    private async Task<IReadOnlyList<JobStatus>> StatusesAsync(IReadOnlyList<JobRow> rows, CancellationToken cancellationToken)
    {
        Dictionary<long, ResultSummary> summaries = results.Summaries([.. rows.Select(row => row.ResultId).OfType<long>().Distinct()]);
        List<JobStatus> statuses = [];
        foreach (JobRow row in rows)
        {
            JobStatus status = JobRows.Status(row);
            statuses.Add(row.ResultId is { } result && summaries.TryGetValue(result, out ResultSummary? summary)
                ? status with { Outcome = await OutcomeAsync(result, summary, cancellationToken) }
                : status);
        }

        return statuses;
    }

    // A row of an older version has no figures: they are in its transcript.
    private async Task<JobOutcome> OutcomeAsync(long result, ResultSummary summary, CancellationToken cancellationToken)
    {
        if (summary is { DurationSeconds: { } duration, SpeakerCount: { } speakers })
            return new JobOutcome(duration, speakers, summary.ProcessingSeconds);
        KeptResult? kept = await cache.ReadAsync(result, cancellationToken);
        return new JobOutcome(kept?.Transcript.Duration.TotalSeconds, kept?.Transcript.Speakers.Count, summary.ProcessingSeconds);
    }
}
