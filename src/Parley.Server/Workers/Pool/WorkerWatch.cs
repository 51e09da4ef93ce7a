using System.Diagnostics;

namespace Parley.Server.Workers.Pool;

/// <summary>Looks after a worker while it lives: kills it when it grows beyond its memory, or no longer answers.</summary>
/// <param name="worker">Ready.</param>
/// <param name="timings">How often, and how long.</param>
/// <param name="memoryLimit">Bytes; null for no limit.</param>
/// <param name="answered">Told after each answer, see <see cref="WorkerProcess.Report"/>.</param>
internal sealed class WorkerWatch(WorkerProcess worker, PoolTimings timings, long? memoryLimit, Action answered)
{
    /// <summary>Ends with the worker, or when cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        long lastAnswer = Stopwatch.GetTimestamp(), lastQuestion = lastAnswer;
        Task<bool>? question = null;
        while (worker.IsUsable && !cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAny(worker.Exited, Task.Delay(timings.MemoryInterval, cancellationToken));
            if (!worker.IsUsable || cancellationToken.IsCancellationRequested)
                break;
            CheckMemory();
            if (question is { IsCompleted: true })
            {
                if (await question)
                {
                    lastAnswer = Stopwatch.GetTimestamp();
                    answered();
                }

                question = null;
            }

            if (Stopwatch.GetElapsedTime(lastAnswer) > timings.HealthInterval + timings.HealthLimit)
                worker.Kill(WorkerLoss.Hung, $"it has not answered for {Stopwatch.GetElapsedTime(lastAnswer).TotalSeconds:F0} s");
            if (question is null && Stopwatch.GetElapsedTime(lastQuestion) > timings.HealthInterval)
            {
                lastQuestion = Stopwatch.GetTimestamp();
                question = worker.AskAsync(timings.HealthLimit, cancellationToken);
            }
        }

        if (question is not null)
            await question.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void CheckMemory()
    {
        if (memoryLimit is { } limit && worker.MemoryBytes is var bytes && bytes > limit)
            worker.Kill(WorkerLoss.OutOfMemory, $"it took {bytes >> 20} MB of memory, transcription.worker_memory_mb allows {limit >> 20}");
    }
}
