using Microsoft.EntityFrameworkCore;

namespace Parley.Server.Storage;

/// <summary>What identifies a computed transcript.</summary>
/// <param name="Md5">The client's key.</param>
/// <param name="Sha256">The server's; null while the recording has not arrived.</param>
/// <param name="Length">Bytes; counts with <paramref name="Sha256"/> only.</param>
/// <param name="Speakers">Wish for a number of speakers, as rows spell it.</param>
/// <param name="Model">As in <see cref="ResultRow.Model"/>.</param>
/// <param name="TakeImported">Whether a row of another server's cache will do.</param>
internal readonly record struct ResultKey(string Md5, string? Sha256, long Length, string Speakers, string Model, bool TakeImported);

/// <summary>How much the cache holds.</summary>
internal readonly record struct CacheSize(int Entries, long Bytes);

/// <summary>The table of transcripts, which is the cache.</summary>
internal sealed class ResultStore(Database database)
{
    /// <summary>
    /// The newest cached row for a key. With a SHA-256 only rows of that very recording count, and imported ones, of which no more than the MD5 is
    /// known. With the MD5 alone nothing is found as soon as two recordings are known to share it.
    /// </summary>
    public ResultRow? Find(ResultKey key) => database.Read(context =>
    {
        IQueryable<ResultRow> cached = context.Results.Where(row => row.IsCached && row.Md5 == key.Md5);
        IQueryable<ResultRow> ours = cached.Where(row => row.Speakers == key.Speakers && row.Model == key.Model && row.Sha256 != null);
        ResultRow? found;
        if (key.Sha256 is { } sha256)
            found = ours.Where(row => row.Sha256 == sha256 && row.Length == key.Length).OrderByDescending(row => row.Id).FirstOrDefault();
        else if (cached.Where(row => row.Sha256 != null).Select(row => row.Sha256).Distinct().Count() > 1)
            return null;
        else
            found = ours.OrderByDescending(row => row.Id).FirstOrDefault();
        if (found is not null || !key.TakeImported || key.Speakers.Length > 0)
            return found;
        return cached.Where(row => row.Model == ResultRow.ImportedModel).OrderByDescending(row => row.Id).FirstOrDefault();
    });

    /// <summary>Whether another recording with this MD5 was transcribed before.</summary>
    public bool IsMd5Shared(string md5, string sha256)
        => database.Read(context => context.Results.Any(row => row.Md5 == md5 && row.Sha256 != null && row.Sha256 != sha256));

    public ResultRow? Find(long id) => database.Read(context => context.Results.SingleOrDefault(row => row.Id == id));

    /// <summary>The rows that were computed last, oldest first, without their transcripts.</summary>
    public List<ResultRow> Computed(int count) => database.Read(context => context.Results
        .Where(row => row.AudioSeconds != null)
        .OrderByDescending(row => row.Id)
        .Take(count)
        .Select(row => new ResultRow { Id = row.Id, CreatedAt = row.CreatedAt, AudioSeconds = row.AudioSeconds, ProcessingSeconds = row.ProcessingSeconds, IsFromAnalysis = row.IsFromAnalysis })
        .AsEnumerable().Reverse().ToList());

    /// <summary>What lists say about transcripts, by number of row.</summary>
    public Dictionary<long, ResultSummary> Summaries(IReadOnlyCollection<long> ids) => ids.Count == 0 ? [] : database.Read(
        context => context.Results.Where(row => ids.Contains(row.Id))
            .Select(row => new { row.Id, row.AudioSeconds, row.SpeakerCount, row.ProcessingSeconds })
            .ToDictionary(row => row.Id, row => new ResultSummary(row.AudioSeconds, row.SpeakerCount, row.ProcessingSeconds)));

    public CacheSize Size() => database.Read(context => new CacheSize(
        context.Results.Count(row => row.IsCached),
        context.Results.Where(row => row.IsCached).Sum(row => row.Bytes) + context.Analyses.Sum(row => row.Bytes)));

    /// <summary>Takes a row out of the cache; it goes when no job points to it.</summary>
    public Task<int> DropAsync(long id, CancellationToken cancellationToken) => database.WriteAsync(
        context => context.Results.Where(row => row.Id == id).ExecuteUpdate(set => set.SetProperty(row => row.IsCached, false)), cancellationToken);

    /// <summary>Notes when rows were read last.</summary>
    public Task<int> TouchAsync(IReadOnlyDictionary<long, DateTimeOffset> times, CancellationToken cancellationToken) => database.WriteAsync(
        context => times.Sum(time => context.Results.Where(row => row.Id == time.Key).ExecuteUpdate(set => set.SetProperty(row => row.AccessedAt, time.Value))),
        cancellationToken);

    /// <summary>Adds rows to the cache in place of older ones for the same keys.</summary>
    public Task<int> AddAsync(IReadOnlyList<ResultRow> rows, CancellationToken cancellationToken) => database.WriteAsync(
        context =>
        {
            foreach (ResultRow row in rows)
                Uncache(context, row);
            context.Results.AddRange(rows);
            return rows.Count;
        },
        cancellationToken);

    /// <summary>Drops rows that are too old, then the least recently read ones beyond a number, then those that no job points to and the cache has given up.</summary>
    /// <returns>Rows taken out of the cache.</returns>
    public Task<int> TrimAsync(DateTimeOffset createdBefore, int? maxCount, CancellationToken cancellationToken) => database.WriteAsync(
        context =>
        {
            IQueryable<ResultRow> cached = context.Results.Where(row => row.IsCached);
            int dropped = cached.Where(row => row.CreatedAt < createdBefore).ExecuteUpdate(set => set.SetProperty(row => row.IsCached, false));
            int surplus = maxCount is { } max ? cached.Count() - max : 0;
            if (surplus > 0)
                dropped += Drop(context, [.. cached.OrderBy(row => row.AccessedAt).ThenBy(row => row.Id).Take(surplus).Select(row => row.Id)]);
            DeleteUnused(context);
            return dropped;
        },
        cancellationToken);

    /// <summary>Takes rows out of the cache.</summary>
    internal static int Drop(ParleyContext context, List<long> ids)
        => context.Results.Where(row => ids.Contains(row.Id)).ExecuteUpdate(set => set.SetProperty(row => row.IsCached, false));

    internal static void DeleteUnused(ParleyContext context)
        => context.Results.Where(row => !row.IsCached && !context.Jobs.Any(job => job.ResultId == row.Id)).ExecuteDelete();

    /// <summary>Takes out what a new row replaces.</summary>
    internal static void Uncache(ParleyContext context, ResultRow row)
        => context.Results.Where(old => old.IsCached && old.Md5 == row.Md5 && old.Sha256 == row.Sha256 && old.Speakers == row.Speakers && old.Model == row.Model)
            .ExecuteUpdate(set => set.SetProperty(old => old.IsCached, false));
}
