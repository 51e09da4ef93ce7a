using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Parley.Cli.Commands;
using Parley.Cli.Terminals;

namespace Parley.Cli;

/// <summary>The whole command line: parses it, runs the command, turns errors into exit codes.</summary>
internal static class CommandLine
{
    private const int MinWidth = 60;
    private const int RedirectedWidth = 110;

    /// <summary>Runs the program.</summary>
    /// <param name="args">What was typed.</param>
    /// <param name="terminal">Where to read and write.</param>
    /// <param name="signals">The signals of the process, for commands that treat them in their own way; null for none.</param>
    /// <param name="cancellationToken">Cancelled by the first signal.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal, SignalCancellation? signals, CancellationToken cancellationToken)
    {
        // An input called @name is a file, not a list of arguments.
        ParserConfiguration parser = new() { ResponseFileTokenReplacer = null };
        RootCommand root = Build(terminal, signals);
        if (args.Count == 0)
        {
            root.Parse(["--help"], parser).Invoke(new InvocationConfiguration { Output = terminal.Error });
            return ExitCode.Usage;
        }

        ParseResult parsed = root.Parse([.. WithHyphens(args)], parser);
        string[] errors = parsed.Action is ParseErrorAction or null ? [.. parsed.Errors.Select(error => error.Message)] : [.. UnknownOptions(parsed, args)];
        if (errors.Length > 0)
        {
            foreach (string message in errors.Distinct(StringComparer.Ordinal))
                terminal.WriteError(ErrorText.OneLine(message));
            terminal.WriteError($"Run '{NameOf(parsed.CommandResult.Command)} --help' for the options and an example.");
            return ExitCode.Usage;
        }

        try
        {
            InvocationConfiguration invocation = new()
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // signals are ours
                Output = terminal.Output,
                Error = terminal.Error,
            };
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }
        catch (UsageException error)
        {
            terminal.WriteError(ErrorText.Of(error));
            return ExitCode.Usage;
        }
        catch (Exception error) when (error is not OperationCanceledException && !terminal.OutputFailed)
        {
            terminal.WriteError(ErrorText.Of(error));
            if (parsed.Tokens.Any(token => token.Value is "--verbose" or "-v"))
                terminal.WriteError(error.ToString());
            return ExitCode.Failed;
        }
    }

    /// <summary>All commands and options.</summary>
    public static RootCommand Build(Terminal terminal, SignalCancellation? signals = null)
    {
        RootCommand root = new("Parley answers who said what: audio or video in, a punctuated transcript with speakers and times out.")
        {
            new TranscribeCommand(terminal),
            new ModelsCommand(terminal),
            new EvalCommand(terminal),
            new DevicesCommand(terminal),
            new BenchCommand(terminal),
            new ServeCommand(terminal, signals),
            new WorkerCommand(terminal),
            new TokenCommand(terminal),
            new ImportCacheCommand(terminal),
        };
        VersionOption version = root.Options.OfType<VersionOption>().Single();
        version.Description = "Show the versions of the program, .NET and ONNX Runtime, and the installed bundles.";
        version.Action = new VersionAction(terminal);
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples(new HelpAction { MaxWidth = Console.IsOutputRedirected ? RedirectedWidth : Math.Max(MinWidth, Console.WindowWidth) });
        return root;
    }

    /// <summary>The way a command is called, such as <c>parley models list</c>.</summary>
    public static string NameOf(Command command)
    {
        string above = string.Join(' ', command.Parents.OfType<Command>().Select(NameOf));
        return command is RootCommand ? "parley" : $"{above} {command.Name}";
    }

    /// <summary>What was taken for an input but looks like an option.</summary>
    private static IEnumerable<string> UnknownOptions(ParseResult parsed, IReadOnlyList<string> args)
    {
        HashSet<string> options = new(WithHyphens(args).TakeWhile(arg => arg is not "--"), StringComparer.Ordinal);
        return parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Where(token => token.Value is ['-', _, ..] && options.Contains(token.Value))
            .Select(token => $"Unknown option {token.Value}. If it is a file, write it behind -- .");
    }

    /// <summary>Other programs write long options with underscores (<c>--output_dir</c>); both spellings are taken.</summary>
    private static IEnumerable<string> WithHyphens(IReadOnlyList<string> args)
    {
        bool optionsEnded = false;
        foreach (string arg in args)
        {
            optionsEnded |= arg is "--";
            int end = arg.IndexOf('=', StringComparison.Ordinal) is var at and >= 0 ? at : arg.Length;
            yield return !optionsEnded && arg.StartsWith("--", StringComparison.Ordinal) ? arg[..end].Replace('_', '-') + arg[end..] : arg;
        }
    }
}
