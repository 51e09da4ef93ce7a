using System.Globalization;
using Parley.Audio;
using Parley.Inference;

namespace Parley.Server.Workers.Pool;

/// <summary>Lets a job begin only when the machine has the memory that it will take. Safe for concurrent use.</summary>
internal sealed class MemoryGate(PoolContext pool)
{
    /// <summary>Left to everybody else on the machine.</summary>
    public const long Reserve = 128L << 20;

    /// <summary>How often those who wait for memory look whether there is some.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Dictionary<WorkerProcess, long> _running = [];

    /// <summary>Waits until there is memory for a job.</summary>
    /// <returns>To be disposed when the job has ended.</returns>
    /// <exception cref="AudioDecodeException">The recording is so long that the job could never fit.</exception>
    /// <exception cref="InferenceException">No job at all could fit.</exception>
    public async Task<IDisposable> EnterAsync(WorkOrder order, WorkerProcess worker, CancellationToken cancellationToken)
    {
        long total = worker.ReadyBytes + Predict(order, worker, LengthOf(order));
        RefuseWhatNeverFits(order, worker, total);
        bool isTold = false;
        while (true)
        {
            long needed, available;
            lock (_lock)
            {
                needed = total - worker.MemoryBytes;
                available = pool.Memory.AvailableBytes - Reserve - _running.Sum(item => Math.Max(0, item.Value - item.Key.MemoryBytes));
                if (needed <= Math.Max(0, available))
                {
                    _running[worker] = total;
                    return new Entry(this, worker);
                }
            }

            if (!isTold)
                pool.Logger.WaitingForMemory(order.JobId, needed >> 20, available >> 20);
            isTold = true;
            await Task.Delay(LookEvery, pool.Time, cancellationToken);
        }
    }

    private static TimeSpan LengthOf(WorkOrder order)
    {
        FileInfo file = new(order.AudioPath);
        return file.Exists ? JobMemory.LongestFor(order.FileName, file.Length) : TimeSpan.Zero;
    }

    private long Predict(WorkOrder order, WorkerProcess worker, TimeSpan length)
        => order.AnalysisPath is null ? JobMemory.Predict(length, pool.Options.Funasr.BatchSizeS * pool.RecognitionLanes, worker.Version.WeightBytes) : JobMemory.Predict(length, batchSeconds: 0, weightBytes: 0);

    private void RefuseWhatNeverFits(WorkOrder order, WorkerProcess worker, long total)
    {
        (long limit, string source) = pool.MemoryLimit is { } budget && budget < pool.Memory.TotalBytes
            ? (budget, "transcription.worker_memory_mb allows")
            : (pool.Memory.TotalBytes, "the machine has");
        if (total <= limit)
            return;
        string sizes = string.Create(CultureInfo.InvariantCulture, $"about {total >> 20} MB, and {source} {limit >> 20}");
        long atLeast = worker.ReadyBytes + Predict(order, worker, TimeSpan.Zero);
        throw atLeast <= limit
            ? new AudioDecodeException(AudioFault.TooLong, $"{order.FileName} is too long: it would take {sizes}. Cut it into parts.")
            : new InferenceException(
                InferenceFault.OutOfMemory, "", "", $"Any recording would take {sizes}. Raise transcription.worker_memory_mb, or lower funasr.batch_size_s.");
    }

    private void Leave(WorkerProcess worker)
    {
        lock (_lock)
            _running.Remove(worker);
    }

    private sealed class Entry(MemoryGate gate, WorkerProcess worker) : IDisposable
    {
        public void Dispose() => gate.Leave(worker);
    }
}
