using Microsoft.EntityFrameworkCore;

namespace Parley.Server.Storage;

/// <summary>Analyses: rows here, files in the folder <c>analyses</c> beside the database. A row without its file, or a file without its row, is dropped.</summary>
internal sealed class AnalysisStore(Database database)
{
    /// <summary>Folder of the files; exists.</summary>
    public string Folder { get; } = Directory.CreateDirectory(Path.Combine(database.Directory, "analyses")).FullName;

    /// <summary>Path of a new file for a recording; no two are equal.</summary>
    public string NewPath(string sha256) => Path.Combine(Folder, $"{sha256}-{Guid.NewGuid():N}");

    public string PathOf(AnalysisRow row) => Path.Combine(Folder, row.FileName);

    public AnalysisRow? Find(string sha256, long length, string model)
        => database.Read(context => context.Analyses.SingleOrDefault(row => row.Sha256 == sha256 && row.Length == length && row.Model == model));

    public Task<int> TouchAsync(long id, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        context => context.Analyses.Where(row => row.Id == id).ExecuteUpdate(set => set.SetProperty(row => row.AccessedAt, now)), cancellationToken);

    public Task<int> DropAsync(long id, CancellationToken cancellationToken)
        => database.WriteAsync(context => context.Analyses.Where(row => row.Id == id).ExecuteDelete(), cancellationToken);

    /// <summary>Drops rows that are too old, then the least recently used results and analyses until what is kept fits.</summary>
    /// <returns>Results and analyses that were dropped.</returns>
    public Task<(int Results, int Analyses)> TrimAsync(DateTimeOffset createdBefore, long? maxBytes, CancellationToken cancellationToken) => database.WriteAsync(
        context =>
        {
            int analyses = context.Analyses.Where(row => row.CreatedAt < createdBefore).ExecuteDelete();
            IQueryable<ResultRow> cached = context.Results.Where(row => row.IsCached);
            long surplus = maxBytes is { } max ? cached.Sum(row => row.Bytes) + context.Analyses.Sum(row => row.Bytes) - max : 0;
            if (surplus <= 0)
                return (0, analyses);
            var byAge = cached.Select(row => new { row.Id, row.Bytes, row.AccessedAt, IsResult = true }).AsEnumerable()
                .Concat(context.Analyses.Select(row => new { row.Id, row.Bytes, row.AccessedAt, IsResult = false }))
                .OrderBy(item => item.AccessedAt);
            List<long> oldResults = [], oldAnalyses = [];
            foreach (var item in byAge)
            {
                if (surplus <= 0)
                    break;
                surplus -= item.Bytes;
                (item.IsResult ? oldResults : oldAnalyses).Add(item.Id);
            }

            analyses += context.Analyses.Where(row => oldAnalyses.Contains(row.Id)).ExecuteDelete();
            int results = ResultStore.Drop(context, oldResults);
            ResultStore.DeleteUnused(context);
            return (results, analyses);
        },
        cancellationToken);

    /// <summary>Deletes files that no row knows and nobody has written to since <paramref name="untouchedSince"/>.</summary>
    /// <returns>Files deleted.</returns>
    public int Sweep(DateTimeOffset untouchedSince)
    {
        HashSet<string> known = database.Read(context => context.Analyses.Select(row => row.FileName).ToHashSet(StringComparer.Ordinal));
        int deleted = 0;
        foreach (FileInfo file in new DirectoryInfo(Folder).EnumerateFiles())
        {
            if (known.Contains(file.Name) || file.LastWriteTimeUtc > untouchedSince.UtcDateTime)
                continue;
            file.Delete();
            deleted++;
        }

        return deleted;
    }

    /// <summary>Adds a row in place of the one for the same recording and models.</summary>
    /// <returns>Files of rows that were replaced.</returns>
    internal static List<string> Replace(ParleyContext context, AnalysisRow row)
    {
        IQueryable<AnalysisRow> old = context.Analyses.Where(item => item.Sha256 == row.Sha256 && item.Length == row.Length && item.Model == row.Model);
        List<string> files = [.. old.Select(item => item.FileName)];
        old.ExecuteDelete();
        context.Analyses.Add(row);
        return files;
    }
}
