using Parley.Cli.Terminals;
using Parley.Server;
using Parley.Server.Configuration;
using Parley.Server.Hosting;

namespace Parley.Cli.Serving;

/// <summary>One run of the server, from the configuration to the exit code.</summary>
/// <param name="request">Where the configuration comes from.</param>
/// <param name="anyPort">Whether to listen on any port that is free.</param>
/// <param name="terminal">Where people look.</param>
/// <param name="signals">The signals of the process; null where there are none (tests).</param>
internal sealed class ServeRun(ConfigurationRequest request, bool anyPort, Terminal terminal, SignalCancellation? signals)
{
    // After the grace of running jobs: to close connections, end workers and send the last message.
    private static readonly TimeSpan ExtraGrace = TimeSpan.FromSeconds(20);

    /// <summary>Prints what is wrong and what would be used.</summary>
    /// <returns>0 when the server could start, else 1.</returns>
    public int Check()
    {
        EffectiveConfiguration configuration = Read();
        List<string> errors = [.. configuration.Errors];
        if (errors.Count == 0)
            errors.AddRange(StartupCheck.Problems(configuration.Options, withPort: true));
        foreach (string warning in configuration.Warnings.Concat(StartupCheck.PlatformWarnings()))
            terminal.WriteError($"warning: {warning}");
        foreach (string note in configuration.Notes)
            terminal.WriteError($"note: {note}");
        Columns.Write(terminal.Output, [.. configuration.Rows().Select(row => new[] { row.Key, row.Value, row.Source })]);
        terminal.Output.Flush();
        foreach (string error in errors)
            terminal.WriteError($"error: {error}");
        terminal.WriteError(errors.Count == 0 ? "The server can start." : $"The server cannot start: {errors.Count} {(errors.Count == 1 ? "error" : "errors")}.");
        return errors.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Runs the server until the token is cancelled, which is a clean end.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        EffectiveConfiguration configuration = Read();
        List<string> errors = [.. configuration.Errors];
        if (errors.Count == 0)
            errors.AddRange(StartupCheck.Problems(configuration.Options, withPort: false));
        if (errors.Count > 0)
            return Refuse(errors);
        if (signals is not null)
            signals.Grace = TimeSpan.FromSeconds(configuration.Options.Server.StopGraceSeconds) + ExtraGrace;

        ServerProgram program;
        try
        {
            program = await ServerProgram.StartAsync(configuration, request, terminal.Error, ServerRooms.Standard, TimeProvider.System, cancellationToken);
        }
        catch (StartupException error)
        {
            return Refuse(error.Problems);
        }

        await using (program)
        {
            using IDisposable? hangUp = signals?.OnHangUp(program.Reload);
            Task optimizing = BackgroundOptimization.RunAsync(configuration.Options.Funasr, terminal.WriteError, cancellationToken);
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // A signal: this is how servers end.
            }

            await optimizing;
            await program.StopAsync();
        }

        return ExitCode.Done;
    }

    private EffectiveConfiguration Read()
    {
        EffectiveConfiguration configuration = ConfigurationReader.Read(request);
        return !anyPort ? configuration : configuration with
        {
            Options = configuration.Options with { Server = configuration.Options.Server with { Port = 0 } },
            Sources = new Dictionary<string, string>(configuration.Sources, StringComparer.Ordinal) { ["server.port"] = "--port" },
        };
    }

    private int Refuse(IEnumerable<string> problems)
    {
        foreach (string problem in problems)
            terminal.WriteError(ErrorText.OneLine(problem));
        return ExitCode.Failed;
    }
}
