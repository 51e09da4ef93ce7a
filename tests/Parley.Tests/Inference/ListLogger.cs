using Microsoft.Extensions.Logging;

namespace Parley.Tests.Inference;

/// <summary>Keeps what is logged.</summary>
internal sealed class ListLogger : ILogger
{
    private readonly List<(LogLevel Level, string Text)> _lines = [];

    public IReadOnlyList<string> Warnings => At(LogLevel.Warning);

    public IReadOnlyList<string> Informations => At(LogLevel.Information);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
            _lines.Add((logLevel, formatter(state, exception)));
    }

    private IReadOnlyList<string> At(LogLevel level)
    {
        lock (_lines)
            return [.. _lines.Where(line => line.Level == level).Select(line => line.Text)];
    }
}
