using Microsoft.Extensions.Logging;
using Parley.Server.Notifications;
using Parley.Server.Storage;
using Parley.Server.Workers;

namespace Parley.Server.Jobs;

/// <summary>Takes jobs in, or says why not. Safe for concurrent calls.</summary>
internal sealed class JobIntake(
    JobBoard board, JobStore store, ResultCache cache, JobEnds ends, DiskWatch disk, JobCounters counters, ITranscriptionEngine engine,
    INotifier notifier, TimeProvider clock, ILogger logger)
{
    private static readonly SubmitOutcome.Refused NotOpen =
        new("The server is stopping and takes no more recordings. Send it again in a minute, when the server is back.");

    private volatile bool _isOpen;
    private int _isFull;
    private int _known;

    public bool IsOpen => _isOpen;

    /// <summary>Jobs in the database.</summary>
    public int Known => Volatile.Read(ref _known);

    public void Open(int known)
    {
        _known = known;
        _isOpen = true;
    }

    public void Close() => _isOpen = false;

    public void Forget(int count) => Interlocked.Add(ref _known, -count);

    public SubmitOutcome? WouldRefuse(JobClient client)
        => !_isOpen ? NotOpen : (SubmitOutcome?)disk.Refusal() ?? board.WouldRefuse(client);

    public async Task<SubmitOutcome> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken)
    {
        using IDisposable? scope = logger.ForJob(submission.Id);
        if (!_isOpen)
            return NotOpen;
        if (!board.TryArrive(submission.Id))
            return new SubmitOutcome.Duplicate(board.Find(submission.Id) ?? JobRows.Status(JobRows.Row(submission, "", clock.GetUtcNow())));
        try
        {
            if (store.Find(submission.Id) is { } known)
                return new SubmitOutcome.Duplicate(JobRows.Status(known));
            if (submission.RequestKey is { } key && FindSame(submission.Client, key) is { } same)
                return same;
            if (disk.Refusal() is { } low)
                return low;
            string sha256 = submission.Audio.Sha256?.ToLowerInvariant() ?? await ContentHash.Sha256Async(submission.Audio.Path, cancellationToken);
            return await ServeAsync(submission, sha256, cancellationToken) ?? await QueueAsync(submission, sha256, cancellationToken);
        }
        catch (StorageException error)
        {
            logger.NotAccepted(error);
            return new SubmitOutcome.Refused(error.Fault == StorageFault.DiskFull
                ? "The server's disk is full, and it cannot take the recording. Try again later, or tell its operator."
                : "The server cannot write to its database, and it cannot take the recording. Tell its operator.");
        }
        finally
        {
            board.Leave(submission.Id);
        }
    }

    private SubmitOutcome? FindSame(JobClient client, RequestKey key)
    {
        if (store.FindKey(RequestKey.OwnerOf(client), key.Text, clock.GetUtcNow() - RequestKey.Lifetime) is not { } row)
            return null;
        if (!string.Equals(row.Fingerprint, key.Fingerprint, StringComparison.Ordinal))
            return new SubmitOutcome.KeyReused();
        return (board.Find(row.JobId) ?? (store.Find(row.JobId) is { } job ? JobRows.Status(job) : null)) is { } status ? new SubmitOutcome.Duplicate(status) : null;
    }

    private static RequestKeyRow? KeyRow(JobSubmission submission, DateTimeOffset now) => submission.RequestKey is not { } key ? null : new RequestKeyRow
    {
        Owner = RequestKey.OwnerOf(submission.Client),
        RequestKey = key.Text,
        Fingerprint = key.Fingerprint,
        JobId = submission.Id,
        CreatedAt = now,
    };

    private async Task<SubmitOutcome?> ServeAsync(JobSubmission submission, string sha256, CancellationToken cancellationToken)
    {
        if (cache.IsMd5Shared(submission.Audio.Md5, sha256))
            logger.SharedMd5();
        if (await cache.FindAsync(submission.Audio, sha256, submission.Options, engine.IdentityOf(submission.Options.Bundle), cancellationToken) is not { } kept)
            return null;
        DateTimeOffset now = clock.GetUtcNow();
        JobRow row = JobRows.Row(submission, sha256, now);
        (row.State, row.ResultId, row.StartedAt, row.EndedAt, row.IsCached) = (RowState.Completed, kept.Id, now, now, true);
        await store.InsertAsync(row, KeyRow(submission, now), cancellationToken);
        Interlocked.Increment(ref _known);
        logger.ServedFromCache();
        JobResult result = kept.For(submission);
        ends.CompletedAtOnce(submission, result);
        return new SubmitOutcome.Completed(result);
    }

    private async Task<SubmitOutcome> QueueAsync(JobSubmission submission, string sha256, CancellationToken cancellationToken)
    {
        JobRow row = JobRows.Row(submission, sha256, clock.GetUtcNow());
        WorkKey key = WorkKey.Of(sha256, row.Length, submission.Options);
        if (board.Reserve(submission.Client, key, engine.IdentityOf(submission.Options.Bundle)) is { } full)
        {
            TellFull(full);
            return full;
        }

        bool isIn = false;
        try
        {
            long sequence = await store.InsertAsync(row, KeyRow(submission, row.CreatedAt), cancellationToken);
            SubmitOutcome.Accepted accepted = board.Add(new LiveJob(sequence, submission, sha256, row.CreatedAt), engine.IdentityOf(submission.Options.Bundle));
            isIn = true;
            Interlocked.Increment(ref _known);
            Interlocked.Exchange(ref _isFull, 0);
            cache.CountMiss();
            logger.Accepted(accepted.Place.Position, row.Length, row.Priority);
            return accepted;
        }
        finally
        {
            if (!isIn)
                board.Unreserve(submission.Client);
        }
    }

    private void TellFull(SubmitOutcome.QueueFull full)
    {
        counters.CountQueueFull();
        if (Interlocked.Exchange(ref _isFull, 1) != 0)
            return;
        logger.QueueFull(full.QueueSize, full.MaxQueueSize);
        notifier.Notify(new Notice.QueueFull(full.QueueSize));
    }
}
