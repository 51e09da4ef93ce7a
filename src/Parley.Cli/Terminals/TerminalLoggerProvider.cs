using Microsoft.Extensions.Logging;

namespace Parley.Cli.Terminals;

/// <summary>Sends log messages to standard error, one line each.</summary>
internal sealed class TerminalLoggerProvider(Terminal terminal, bool showStackTraces) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new TerminalLogger(terminal, showStackTraces);

    public void Dispose()
    {
    }

    private sealed class TerminalLogger(Terminal terminal, bool showStackTraces) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            terminal.WriteError($"{Name(logLevel)}: {ErrorText.OneLine(formatter(state, exception))}");
            if (exception is not null)
                terminal.WriteError(showStackTraces ? exception.ToString() : ErrorText.Of(exception));
        }

        private static string Name(LogLevel level) => level switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warning",
            _ => "error",
        };
    }
}
