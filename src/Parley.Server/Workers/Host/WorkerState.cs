using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Parley.Inference;
using Parley.Models;
using Parley.Server.Workers.Wire;
using Parley.Transcripts;

namespace Parley.Server.Workers.Host;

/// <summary>The pipeline of a worker process and the one job that it does. Safe for concurrent use.</summary>
internal sealed class WorkerState(PipelineSetup setup, ILoggerFactory loggers) : IDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger<WorkerState>();
    private readonly Lock _lock = new();
    private LoadedPipeline? _loaded;
    private WorkerFailure? _failure;
    private double _startSeconds;
    private long _usualBytes;
    private int _jobsDone;
    private (Guid Id, CancellationTokenSource Cancel)? _job;
    private int _networksTakenUp;

    public WorkerReport Report
    {
        get
        {
            lock (_lock)
            {
                return new WorkerReport
                {
                    State = _failure is not null ? WorkerStates.Broken : _loaded is null ? WorkerStates.Starting : _job is null ? WorkerStates.Idle : WorkerStates.Busy,
                    Devices = _loaded?.Devices ?? [],
                    OnnxRuntime = _loaded is null ? null : OnnxRuntimeInfo.Version,
                    MemoryBytes = Environment.WorkingSet,
                    JobsDone = _jobsDone,
                    StartSeconds = _startSeconds,
                    JobId = _job?.Id,
                    Fallbacks = _loaded?.Fallbacks.Messages ?? [],
                    Failure = _failure,
                };
            }
        }
    }

    /// <summary>Loads and warms the pipeline up. What goes wrong is in the report; the server decides what becomes of it.</summary>
    public void Load(CancellationToken cancellationToken)
    {
        try
        {
            LoadedPipeline loaded = LoadedPipeline.Load(setup, loggers, cancellationToken);
            lock (_lock)
            {
                _loaded = loaded;
                using Process self = Process.GetCurrentProcess();
                _startSeconds = (DateTime.Now - self.StartTime).TotalSeconds;
                _usualBytes = Environment.WorkingSet;
            }

            _logger.WorkerReady(setup.Number, loaded.Pipeline.Bundle.Name, _startSeconds, string.Join(", ", loaded.Devices), _usualBytes >> 20);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Whatever it is, the server must hear of it now, and not wait until the time for a start is over.
            _logger.WorkerCannotLoad(error is ModelFileException or InferenceException ? null : error, setup.Number, error.Message);
            lock (_lock)
                _failure = WorkerFailure.From(error);
        }
    }

    /// <summary>Does a job.</summary>
    /// <returns>The last line of the answer. When it is there, the worker takes the next job.</returns>
    public async Task<WorkerLine> RunAsync(WorkOrder order, Action<WorkerLine> tell, CancellationToken cancellationToken)
    {
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        LoadedPipeline loaded;
        lock (_lock)
        {
            if (_loaded is null || _job is not null)
                return new WorkerLine { Failure = new() { Kind = WorkerFailureKind.NotIdle, Message = _loaded is null ? "The models are not loaded." : $"Job {_job?.Id} runs." } };
            loaded = _loaded;
            _job = (order.JobId, cancel);
        }

        _logger.JobBegins(order.JobId, setup.Number);
        try
        {
            StageProgress progress = new((done, total, settled) => tell(new WorkerLine { Done = done, Total = total, Settled = settled }));
            Transcript transcript = await Task.Run(() => OrderRunner.RunAsync(loaded.Pipeline, order, progress, _logger, cancel.Token), CancellationToken.None);
            return new WorkerLine { Transcript = transcript };
        }
        catch (Exception error)
        {
            WorkerFailure failure = WorkerFailure.From(error);
            if (failure.Kind == WorkerFailureKind.Unexpected)
                _logger.JobFailedUnexpectedly(error, order.JobId);
            return new WorkerLine { Failure = failure };
        }
        finally
        {
            lock (_lock)
            {
                _job = null;
                _jobsDone++;
            }
        }
    }

    /// <summary>Cancels a job; false when it does not run here.</summary>
    public bool Cancel(Guid jobId)
    {
        lock (_lock)
        {
            if (_job is not { } job || job.Id != jobId)
                return false;

            // Inside the lock: the job disposes its source only after it has been taken away here.
            job.Cancel.Cancel();
            return true;
        }
    }

    /// <summary>Gives back what the last job needed, unless the next one runs.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            if (_job is not null || _loaded is not { } loaded)
                return;
            if (loaded.Pipeline.NetworksTakenUp == _networksTakenUp)
            {
                MemoryTrim.AfterJob(_usualBytes);
                return;
            }

            // The weights of before are gone, and what is usual is less than it was.
            MemoryTrim.Now();
            (_networksTakenUp, _usualBytes) = (loaded.Pipeline.NetworksTakenUp, Environment.WorkingSet);
        }
    }

    public void Dispose() => _loaded?.Dispose();
}
