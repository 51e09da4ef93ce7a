using System.Collections.Concurrent;
using System.Diagnostics;

namespace Parley.Server.Workers.Pool;

/// <summary>
/// Starts processes from one thread that lives as long as they may. Linux ties a process to the thread that started it, not to that thread's
/// process: workers started from the thread pool would be killed whenever it gives up an idle thread. Safe for concurrent use.
/// </summary>
internal sealed class ProcessLauncher : IDisposable
{
    private readonly BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Started)> _orders = [];
    private readonly Thread _thread;

    public ProcessLauncher()
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "worker launcher" };
        _thread.Start();
    }

    /// <summary>Starts a process.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be started.</exception>
    public Task<Process> StartAsync(ProcessStartInfo start)
    {
        TaskCompletionSource<Process> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Add((start, started));
        return started.Task;
    }

    /// <summary>Ends the thread; processes that are still there are killed by the system where it ties them.</summary>
    public void Dispose()
    {
        _orders.CompleteAdding();
        _thread.Join();
        _orders.Dispose();
    }

    private void Work()
    {
        foreach ((ProcessStartInfo start, TaskCompletionSource<Process> started) in _orders.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} was not started."));
            }
            catch (Exception error)
            {
                started.SetException(error);
            }
        }
    }
}
