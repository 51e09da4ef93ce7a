using Microsoft.EntityFrameworkCore;

namespace Parley.Server.Storage;

/// <summary>The table of edits. A job's revision and its rows change together.</summary>
internal sealed class EditStore(Database database)
{
    /// <summary>The edits of a job that count, oldest first, and its revision; null when there is no such job.</summary>
    public (int Revision, List<EditRow> Edits)? Find(Guid job) => database.Read<(int, List<EditRow>)?>(context =>
    {
        using var transaction = context.Database.BeginTransaction(); // job and edits of one moment
        return context.Jobs.Where(row => row.Id == job).Select(row => new { row.Sequence, row.Revision }).SingleOrDefault() is { } known
            ? (known.Revision, context.Edits.Where(row => row.Job == known.Sequence).OrderBy(row => row.Revision).ToList())
            : null;
    });

    /// <summary>Adds an edit, unless somebody was faster.</summary>
    /// <param name="job">The job.</param>
    /// <param name="revision">The revision that the edit was made on.</param>
    /// <param name="edit">Operations, time, user.</param>
    /// <param name="cancellationToken">Ends the wait for the writer's turn.</param>
    /// <returns>The new revision; null when the job has another revision by now, or is gone.</returns>
    public Task<int?> AddAsync(Guid job, int revision, EditRow edit, CancellationToken cancellationToken) => database.WriteAsync<int?>(
        context =>
        {
            if (Advance(context, job, revision) is not { } sequence)
                return null;
            (edit.Job, edit.Revision) = (sequence, revision + 1);
            context.Edits.Add(edit);
            return edit.Revision;
        },
        cancellationToken);

    /// <summary>Takes the last edit back, unless somebody was faster.</summary>
    /// <returns>The new revision; null as above.</returns>
    public Task<int?> DropLastAsync(Guid job, int revision, CancellationToken cancellationToken) => database.WriteAsync<int?>(
        context =>
        {
            if (Advance(context, job, revision) is not { } sequence)
                return null;
            long last = context.Edits.Where(row => row.Job == sequence).Max(row => row.Id);
            context.Edits.Where(row => row.Id == last).ExecuteDelete();
            return revision + 1;
        },
        cancellationToken);

    private static long? Advance(ParleyContext context, Guid job, int revision)
        => context.Jobs.Where(row => row.Id == job && row.Revision == revision).ExecuteUpdate(set => set.SetProperty(row => row.Revision, revision + 1)) == 1
            ? context.Jobs.Where(row => row.Id == job).Select(row => row.Sequence).Single()
            : null;
}
