using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Storage;

namespace Parley.Server.Jobs;

/// <summary>Forgets what is old: ended jobs, results, analyses, files. One pass after another; a step that fails does not stop the others.</summary>
internal sealed class Housekeeping(
    JobIntake intake, JobEnds ends, JobStore store, DeliveryStore deliveries, ResultCache cache, AnalysisStore analyses, AudioFiles files, EvictedIds evicted,
    Func<JobFigures> figures, Func<ServerOptions> options, TimeProvider clock, ILogger logger)
{
    private const long Mebi = 1024 * 1024;
    private static readonly TimeSpan StatisticsInterval = TimeSpan.FromHours(1);

    // A file without a row for so long was left by a crash; a younger one may be in the making.
    private static readonly TimeSpan AnalysisGrace = TimeSpan.FromHours(24);

    // Long enough to look into what a receiver says it never got.
    private static readonly TimeSpan DeliveryRetention = TimeSpan.FromDays(7);
    private const int MaxDeliveries = 10_000;

    private long _lastStatistics = clock.GetTimestamp();

    /// <summary>Passes until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan interval = TimeSpan.FromSeconds(Math.Max(1, options().Transcription.TaskCleanupIntervalSeconds));
        using PeriodicTimer timer = new(interval, clock);
        try
        {
            do
                await PassAsync(cancellationToken);
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>Everything once.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        await StepAsync("ends of jobs", () => ends.StoreLateAsync(cancellationToken), cancellationToken);
        await StepAsync("retention", () => EvictAsync(cancellationToken), cancellationToken);
        await StepAsync("request keys", () => store.DropKeysAsync(clock.GetUtcNow() - RequestKey.Lifetime, cancellationToken), cancellationToken);
        await StepAsync("cache", () => TrimAsync(cancellationToken), cancellationToken);
        await StepAsync("webhooks", () => deliveries.SweepAsync(clock.GetUtcNow() - DeliveryRetention, MaxDeliveries, cancellationToken), cancellationToken);
        await StepAsync("files", Sweep, cancellationToken);
        if (clock.GetElapsedTime(_lastStatistics) < StatisticsInterval)
            return;
        _lastStatistics = clock.GetTimestamp();
        JobFigures now = figures();
        logger.Statistics(now.Waiting, now.Running, now.Known, now.CacheEntries, now.CacheBytes / Mebi);
    }

    private async Task StepAsync(string name, Func<Task> step, CancellationToken cancellationToken)
    {
        try
        {
            await step();
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            logger.HousekeepingFailed(error, name);
        }
    }

    private async Task EvictAsync(CancellationToken cancellationToken)
    {
        TranscriptionOptions limits = options().Transcription;
        DateTimeOffset now = clock.GetUtcNow();
        int keepHours = options().Server.KeepRecordingsHours;
        DateTimeOffset? usedEndedBefore = keepHours == 0 ? null : now - TimeSpan.FromHours(keepHours);
        List<Guid> gone = await store.EvictAsync(now - TimeSpan.FromSeconds(limits.TaskRetentionTtlSeconds), usedEndedBefore, limits.TaskMaxRetained, cancellationToken);
        if (gone.Count == 0)
            return;
        evicted.Add(gone);
        intake.Forget(gone.Count);
        logger.Evicted(gone.Count);
    }

    private async Task TrimAsync(CancellationToken cancellationToken)
    {
        (int results, int analysisRows) = await cache.TrimAsync(cancellationToken);
        if (results + analysisRows > 0)
            Storage.Log.CacheTrimmed(logger, results, analysisRows);
    }

    private Task Sweep()
    {
        files.Sweep();
        analyses.Sweep(clock.GetUtcNow() - AnalysisGrace);
        return Task.CompletedTask;
    }
}
