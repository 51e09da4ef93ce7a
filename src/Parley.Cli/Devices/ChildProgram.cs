using System.Diagnostics;

namespace Parley.Cli.Devices;

/// <summary>What a child process left behind.</summary>
/// <param name="ExitCode">Its status; null when it was stopped because it took too long.</param>
/// <param name="Output">Its standard output.</param>
internal sealed record ChildResult(int? ExitCode, string Output);

/// <summary>
/// Runs this program again: what a driver does to a process (a crash, a hang, memory that it never gives back) stays there.
/// </summary>
internal static class ChildProgram
{
    private static readonly TimeSpan SignalDelay = TimeSpan.FromSeconds(1);

    /// <summary>Runs a command and waits for its end.</summary>
    /// <param name="arguments">Arguments of the command line.</param>
    /// <param name="timeout">The child is ended after that long.</param>
    /// <param name="tell">Receives the lines of its standard error.</param>
    /// <param name="cancellationToken">Ends the child.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled, also by the signal that ended the child: Ctrl-C reaches both.</exception>
    public static async Task<ChildResult> RunAsync(IReadOnlyList<string> arguments, TimeSpan timeout, Action<string> tell, CancellationToken cancellationToken)
    {
        (string file, string[] first) = Self();
        ProcessStartInfo start = new(file, [.. first, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using Process child = new() { StartInfo = start };
        child.ErrorDataReceived += (_, line) =>
        {
            if (!string.IsNullOrWhiteSpace(line.Data))
                tell(line.Data);
        };
        child.Start();
        child.StandardInput.Close();
        child.BeginErrorReadLine();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            string output = await child.StandardOutput.ReadToEndAsync(limit.Token);
            await child.WaitForExitAsync(limit.Token);
            if (ExitCode.IsInterruption(child.ExitCode))
            {
                // The child may see the signal a moment before this process does.
                await Task.Delay(SignalDelay, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
            }

            return new ChildResult(child.ExitCode, output);
        }
        catch (OperationCanceledException)
        {
            child.Kill(entireProcessTree: true);
            await child.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            return new ChildResult(null, string.Empty);
        }
    }

    // A self-contained program is one file; else "dotnet" runs the assembly.
    private static (string File, string[] First) Self()
    {
        string assembly = typeof(ChildProgram).Assembly.Location;
        string process = Environment.ProcessPath ?? "dotnet";
        if (assembly.Length == 0 || string.Equals(Path.GetFileNameWithoutExtension(process), Path.GetFileNameWithoutExtension(assembly), StringComparison.Ordinal))
            return (process, []);
        bool isHost = string.Equals(Path.GetFileNameWithoutExtension(process), "dotnet", StringComparison.Ordinal);
        return (isHost ? process : "dotnet", [assembly]);
    }
}
