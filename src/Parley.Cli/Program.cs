using Parley.Cli;
using Parley.Cli.Terminals;

using SignalCancellation signals = new();
using Terminal terminal = Terminal.OfProcess();
try
{
    int exitCode = await CommandLine.RunAsync(args, terminal, signals, signals.Token);
    terminal.Output.Flush();
    return exitCode;
}
catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
{
    terminal.WriteError("Interrupted; files that were finished before are complete.");
    return signals.ExitCode;
}
catch (IOException error) when (terminal.OutputFailed)
{
    terminal.WriteError($"Cannot write to standard output: {error.Message}");
    return ExitCode.Failed;
}
