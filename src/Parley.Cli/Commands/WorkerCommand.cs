using Microsoft.Extensions.Logging;
using Parley.Cli.Terminals;
using Parley.Server.Workers.Host;

namespace Parley.Cli.Commands;

/// <summary><c>parley worker</c>: a process of a server, which starts it. Not for people, and so not in the help.</summary>
internal sealed class WorkerCommand : ExampleCommand
{
    /// <summary>What servers call it by.</summary>
    public const string CommandName = "worker";

    public WorkerCommand(Terminal terminal)
        : base(CommandName, "Run models for a server, which starts it and speaks with it over a socket. Not for use by hand.", """
            parley worker       as a server starts it: its orders are on standard input, and it lives until that ends
            """)
    {
        Hidden = true;
        SetAction(async (_, _) =>
        {
            using StreamReader input = new(terminal.OpenInput());
            await WorkerHost.RunAsync(input, level => LoggerFactory.Create(builder => builder
                .SetMinimumLevel(level)
                .AddFilter("Microsoft.", LogLevel.Warning)
                .AddProvider(new TerminalLoggerProvider(terminal, showStackTraces: true))));
            return ExitCode.Done;
        });
    }
}
