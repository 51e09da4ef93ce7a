using Parley.Cli.Downloading;
using Parley.Cli.Terminals;
using Parley.Models;
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
        ModelOptions models = configuration.Options.Funasr;
        string[] toFetch = models.AutoDownload && errors.Count == 0 ? [.. MissingBundles.Missing(models.WantedBundles, models.ModelDir).Select(bundle => bundle.Name)] : [];
        if (errors.Count == 0)
            errors.AddRange(StartupCheck.Problems(configuration.Options, withPort: true, withModels: toFetch.Length == 0));
        foreach (string warning in configuration.Warnings.Concat(StartupCheck.PlatformWarnings()))
            terminal.WriteError($"warning: {warning}");
        foreach (string note in configuration.Notes)
            terminal.WriteError($"note: {note}");
        foreach (string name in toFetch)
            terminal.WriteError($"note: the bundle {name} is not installed; the server would fetch it before it starts (funasr.auto_download).");
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
            await FetchAsync(configuration.Options.Funasr, errors, cancellationToken);
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

    // Before anything else: without models there is nothing to start.
    private async Task FetchAsync(ModelOptions options, List<string> errors, CancellationToken cancellationToken)
    {
        try
        {
            await MissingBundles.FetchAsync(options.AutoDownload, options.WantedBundles, options.ModelDir, options.Quantized, terminal, cancellationToken);
        }
        catch (ModelFileException error)
        {
            errors.Add(error.Message);
        }
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
