using System.ComponentModel;
using System.Diagnostics;

namespace Parley.Audio;

/// <summary>Which ffmpeg this machine has.</summary>
public static class FfmpegVersion
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Asks the program that <see cref="AudioFile"/> would start, such as <c>5.1.6-0+deb12u1</c>; null when there is none, or it does not say.</summary>
    public static async Task<string?> ReadAsync(AudioOptions options, CancellationToken cancellationToken)
    {
        if (FfmpegLocator.Find(options) is not { } program)
            return null;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        using Process process = new() { StartInfo = new ProcessStartInfo(program, ["-version"]) { UseShellExecute = false, CreateNoWindow = true, RedirectStandardOutput = true } };
        try
        {
            process.Start();
            string[] words = (await process.StandardOutput.ReadLineAsync(limit.Token).ConfigureAwait(false) ?? "").Split(' ');
            return words is ["ffmpeg", "version", { Length: > 0 and < 100 } version, ..] ? version : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            Stop(process);
        }
    }

    private static void Stop(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It never started, or has ended by itself.
        }
    }
}
