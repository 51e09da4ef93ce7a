using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Server.Workers.Bundles;
using Parley.Server.Workers.Wire;

namespace Parley.Server.Workers.Pool;

/// <summary>One process of a worker, from its start to its end. Safe for concurrent use.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    // Variables that only a server reads, some of them secret.
    private const string ServerVariables = "FUNASR_";
    private const string WebhookVariable = "WEBHOOK_URL";

    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(5);

    private readonly int _number;
    private readonly string _socketPath;
    private readonly Process _process;
    private readonly OutputPump _output;
    private readonly Task _drained;
    private readonly PoolTimings _timings;
    private string? _killedFor;
    private int _exitCode;
    private int _isDisposed;

    private WorkerProcess(WorkerStart start, BundleVersion version, Process process, OutputPump output, PoolTimings timings)
    {
        Version = version;
        Setup = start.Setup;
        _number = start.Setup.Number;
        _socketPath = start.SocketPath;
        _process = process;
        _output = output;
        _timings = timings;
        ProcessId = process.Id;
        Client = new WorkerClient(start.SocketPath);
        _drained = Task.WhenAll(output.DrainAsync(process.StandardOutput), output.DrainAsync(process.StandardError));
        Exited = ExitAsync();
    }

    public int ProcessId { get; }

    /// <summary>What it was started with.</summary>
    public PipelineSetup Setup { get; }

    /// <summary>The bundle that it holds.</summary>
    public BundleVersion Version { get; }

    public WorkerClient Client { get; }

    /// <summary>Ends with the process.</summary>
    public Task Exited { get; }

    /// <summary>What it said last.</summary>
    public WorkerReport Report { get; private set; } = new() { State = WorkerStates.Starting };

    /// <summary>Why it was killed, or is about to be; null when it was not.</summary>
    public WorkerLoss? Doom { get; private set; }

    /// <summary>Bytes of memory that it held when it was ready.</summary>
    public long ReadyBytes { get; private set; }

    /// <summary>Whether it was killed because a cancelled job went on.</summary>
    public bool WasKilledForCancel { get; private set; }

    /// <summary>Whether it can take a job.</summary>
    public bool IsUsable => Doom is null && !Exited.IsCompleted;

    /// <summary>Bytes of physical memory that it holds; 0 when it is gone.</summary>
    public long MemoryBytes
    {
        get
        {
            try
            {
                if (Exited.IsCompleted)
                    return 0;
                if (!OperatingSystem.IsLinux())
                {
                    _process.Refresh();
                    return _process.WorkingSet64;
                }

                string[] pages = File.ReadAllText($"/proc/{ProcessId}/statm").Split(' ');
                return long.Parse(pages[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
            }
            catch (Exception error) when (error is IOException or InvalidOperationException or Win32Exception)
            {
                return 0;
            }
        }
    }

    /// <summary>Starts a process and waits until its models are loaded.</summary>
    /// <param name="program">What to start.</param>
    /// <param name="start">What it is told.</param>
    /// <param name="version">The bundle that it is told to load.</param>
    /// <param name="launcher">Starts it.</param>
    /// <param name="output">Keeps what it writes.</param>
    /// <param name="timings">How long it may take.</param>
    /// <param name="cancellationToken">Ends it again.</param>
    /// <exception cref="WorkerLostException">It ended, or did not become ready in time; the message says why.</exception>
    /// <exception cref="Models.ModelFileException">It cannot load its models.</exception>
    /// <exception cref="Inference.InferenceException">No device that it may use runs them.</exception>
    public static async Task<WorkerProcess> StartAsync(
        WorkerProgram program, WorkerStart start, BundleVersion version, ProcessLauncher launcher, WorkerOutput output, PoolTimings timings, CancellationToken cancellationToken)
    {
        Process process;
        try
        {
            process = await launcher.StartAsync(StartInfo(program));
        }
        catch (Exception error) when (error is Win32Exception or IOException)
        {
            throw new WorkerLostException(WorkerLoss.DidNotStart, $"Worker {start.Setup.Number} cannot be started: {program.FileName}: {error.Message}", error);
        }

        WorkerProcess worker = new(start, version, process, new OutputPump(output), timings);
        try
        {
            await worker.TellAsync(start);
            await worker.BecomeReadyAsync(cancellationToken);
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks how it is. False when it does not say so within the limit.</summary>
    public async Task<bool> AskAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (await Client.AskAsync(limit, cancellationToken) is not { } report)
            return false;
        Report = report;
        return true;
    }

    /// <summary>Ends it and all that it has started, at once.</summary>
    /// <param name="loss">What the owner of a job on it is told.</param>
    /// <param name="reason">In words.</param>
    public void Kill(WorkerLoss loss, string reason)
    {
        Doom ??= loss;
        _killedFor ??= reason;
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException or NotSupportedException)
        {
            // It was gone already.
        }
    }

    /// <summary>Ends it because its job was cancelled and did not stop.</summary>
    public void KillForCancel()
    {
        WasKilledForCancel = true;
        Kill(WorkerLoss.Crashed, "its job was cancelled and did not stop");
    }

    /// <summary>What the owner of its job is told, once the connection to it broke. Waits for its end, and sees to it.</summary>
    public async Task<WorkerLostException> LostAsync(Exception? broken = null)
    {
        if (!await EndsWithinAsync(_timings.CancelGrace))
            Kill(WorkerLoss.Crashed, "it broke off its answer");
        if (await EndsWithinAsync(_timings.StopGrace))
            await DrainedAsync();
        return new WorkerLostException(Doom ?? WorkerLoss.Crashed, DescribeEnd(), broken);
    }

    /// <summary>Waits until its last words are there, but not for ever: whoever it has started may hold its pipes.</summary>
    public Task DrainedAsync() => Task.WhenAny(_drained, Task.Delay(_timings.StopGrace));

    /// <summary>How it ended, in a sentence or two.</summary>
    public string DescribeEnd()
    {
        string how = _killedFor is not null ? $"was killed: {_killedFor}"
            : !Exited.IsCompleted ? "is still there"
            : _exitCode > 128 && !OperatingSystem.IsWindows() ? $"was ended by signal {_exitCode - 128}{SignalName(_exitCode - 128)}"
            : $"ended by itself with code {_exitCode}";
        IReadOnlyList<string> lines = _output.LastLines;
        return $"Worker {_number} (process {ProcessId}) {how}.{(lines.Count == 0 ? "" : $" Its last lines: {string.Join(" | ", lines)}")}";
    }

    /// <summary>Ends it: kindly first, then not. When this returns, nothing of it is left.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        Doom ??= WorkerLoss.Crashed;
        try
        {
            _process.StandardInput.Close(); // the worker takes this for its end
        }
        catch (IOException)
        {
            // It has closed the pipe itself.
        }

        if (!await EndsWithinAsync(_timings.StopGrace))
            Kill(WorkerLoss.Crashed, "it did not end when it was asked to");
        await Exited;
        await DrainedAsync();
        if (File.Exists(_socketPath))
            File.Delete(_socketPath); // one that was killed has left it
        Client.Dispose();
        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(WorkerProgram program)
    {
        ProcessStartInfo info = new(program.FileName)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        foreach (string argument in program.Arguments)
            info.ArgumentList.Add(argument);
        info.ArgumentList.Add("worker");
        foreach (string name in info.Environment.Keys.Where(name => name.StartsWith(ServerVariables, StringComparison.OrdinalIgnoreCase) || name is WebhookVariable).ToArray())
            info.Environment.Remove(name);
        return info;
    }

    private static string SignalName(int signal) => signal switch
    {
        4 => " (SIGILL)",
        6 => " (SIGABRT)",
        7 => " (SIGBUS)",
        9 => " (SIGKILL: by somebody, or by the system for lack of memory)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        _ => "",
    };

    private async Task ExitAsync()
    {
        await _process.WaitForExitAsync();
        _exitCode = _process.ExitCode;
    }

    private async Task TellAsync(WorkerStart start)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(start, WireJson.Default.WorkerStart));
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // It has ended already; what follows finds that out, and why.
        }
    }

    private async Task BecomeReadyAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            await Task.WhenAny(Exited, Task.Delay(AskEvery, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (Exited.IsCompleted)
            {
                await DrainedAsync();
                throw new WorkerLostException(WorkerLoss.DidNotStart, $"{DescribeEnd()} That was before it was ready.");
            }

            if (Stopwatch.GetElapsedTime(start) > _timings.StartLimit)
            {
                Kill(WorkerLoss.DidNotStart, $"it was not ready within {_timings.StartLimit.TotalSeconds:F0} s");
                throw new WorkerLostException(WorkerLoss.DidNotStart, DescribeEnd());
            }

            // Asking before there is a socket costs an exception each time, and the worker needs the processor for its start.
            if (!File.Exists(_socketPath) || !await AskAsync(AskLimit, cancellationToken))
                continue;
            if (Report.Failure is { } failure)
                throw failure.ToException();
            if (Report.IsIdle)
            {
                ReadyBytes = Report.MemoryBytes;
                return;
            }
        }
    }

    private async Task<bool> EndsWithinAsync(TimeSpan limit)
    {
        await Task.WhenAny(Exited, Task.Delay(limit));
        return Exited.IsCompleted;
    }
}
