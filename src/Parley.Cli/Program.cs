using Parley.Cli;
using Parley.Cli.Commands;
using Parley.Cli.Terminals;

// The signals of a worker are its server's business.
using SignalCancellation? signals = args is [WorkerCommand.CommandName, ..] ? null : new();
using Terminal terminal = Terminal.OfProcess();
try
{
    int exitCode = await CommandLine.RunAsync(args, terminal, signals, signals?.Token ?? CancellationToken.None);
    terminal.Output.Flush();
    return exitCode;
}
catch (OperationCanceledException) when (signals is { Token.IsCancellationRequested: true })
{
    terminal.WriteError("Interrupted; files that were finished before are complete.");
    return signals.ExitCode;
}
catch (IOException error) when (terminal.OutputFailed)
{
    terminal.WriteError($"Cannot write to standard output: {error.Message}");
    return ExitCode.Failed;
}
