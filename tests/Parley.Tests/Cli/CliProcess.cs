using System.Diagnostics;

namespace Parley.Tests.Cli;

/// <summary>What a process left behind.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error);

/// <summary>Runs the real program as a process of its own.</summary>
internal static class CliProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static string Dll { get; } = Path.Combine(AppContext.BaseDirectory, "Parley.Cli.dll");

    /// <summary>Runs <c>parley</c> in a directory of its own, without the caller's FUNASR variables.</summary>
    public static Task<CliResult> RunAsync(string directory, params string[] args) => RunAsync(directory, environment: null, input: null, args);

    public static async Task<CliResult> RunAsync(string directory, IReadOnlyDictionary<string, string>? environment, byte[]? input, params string[] args)
    {
        using Process process = Start(directory, environment, args);
        return await FinishAsync(process, input);
    }

    public static Process Start(string directory, IReadOnlyDictionary<string, string>? environment, params string[] args)
        => Start("dotnet", directory, environment, [Dll, .. args]);

    /// <summary>
    /// Starts a program that Ctrl-C is to end. What runs in the background of a shell ignores that signal, and so does all that it starts; GNU's env
    /// takes that back.
    /// </summary>
    public static Process StartInterruptible(string directory, IReadOnlyDictionary<string, string>? environment, params string[] args)
        => OperatingSystem.IsLinux() ? Start("env", directory, environment, ["--default-signal=INT", "dotnet", Dll, .. args]) : Start(directory, environment, args);

    public static Process Start(string program, string directory, IReadOnlyDictionary<string, string>? environment, params string[] args)
    {
        ProcessStartInfo start = new(program, args)
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("FUNASR_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<CliResult> FinishAsync(Process process, byte[]? input = null)
    {
        using CancellationTokenSource patience = new(Patience);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token), error = process.StandardError.ReadToEndAsync(patience.Token);
            try
            {
                await process.StandardInput.BaseStream.WriteAsync(input ?? [], patience.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // The program did not want all of it.
            }

            await process.WaitForExitAsync(patience.Token);
            return new CliResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
