using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Parley.Server.Telemetry.Metrics;

/// <summary>
/// Free memory of the CUDA device that the workers use, asked of <c>nvidia-smi</c> in the background: a scrape gets the last answer, and one older than
/// ten seconds is renewed for the next. Safe for concurrent use.
/// </summary>
internal sealed class GpuMemory(Func<string?> cudaDevice, TimeProvider time, string program = "nvidia-smi") : IAsyncDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    // A machine without the program will not get it while the server runs.
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private Task _asking = Task.CompletedTask;
    private long _askedAt;
    private bool _isMissing;
    private int? _free;

    /// <summary>MiB as of the last answer; null when no CUDA device is used or nobody knows.</summary>
    public int? FreeMib()
    {
        if (cudaDevice() is not { } device)
            return null;
        lock (_lock)
        {
            bool isDue = _askedAt == 0 || time.GetElapsedTime(_askedAt) >= Fresh;
            if (isDue && !_isMissing && _asking.IsCompleted && !_stopping.IsCancellationRequested)
            {
                _askedAt = time.GetTimestamp();
                _asking = Task.Run(() => AskAsync(device));
            }

            return _free;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _asking;
        _stopping.Dispose();
    }

    /// <summary>The device among the names of workers: <c>asr cuda:1</c> gives <c>cuda:1</c>; null for none.</summary>
    public static string? CudaDeviceOf(IEnumerable<string> devices)
        => devices.Select(text => text.Split(' ')).Where(words => words.Length == 2 && words[1].StartsWith("cuda", StringComparison.Ordinal)).Select(words => words[1]).FirstOrDefault();

    private async Task AskAsync(string device)
    {
        int? free = null;
        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            limit.CancelAfter(AnswerLimit);
            free = await AskAsync(CardOf(device), limit.Token);
        }
        catch (Win32Exception)
        {
            _isMissing = true;
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or InvalidOperationException)
        {
            // Unknown this time; the next scrape asks again.
        }

        lock (_lock)
            _free = free;
    }

    private async Task<int?> AskAsync(string card, CancellationToken cancellationToken)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, ["--query-gpu=memory.free", "--format=csv,noheader,nounits", $"--id={card}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken), error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            await error;
            return process.ExitCode == 0 && int.TryParse((await output).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int free) ? free : null;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    // CUDA counts the cards that it is shown; nvidia-smi counts all, or takes a card's own name.
    private static string CardOf(string device)
    {
        int index = device.Split(':') is [_, var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int at) ? at : 0;
        string[] visible = (Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return index < visible.Length ? visible[index] : index.ToString(CultureInfo.InvariantCulture);
    }
}
