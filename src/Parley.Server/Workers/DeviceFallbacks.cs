using Microsoft.Extensions.Logging;
using Parley.Inference.Devices;

namespace Parley.Server.Workers;

/// <summary>Passes on what devices have to say, and keeps what people should be told: that one was replaced by another. Safe for concurrent use.</summary>
internal sealed class DeviceFallbacks(ILogger<DeviceManager> inner) : ILogger<DeviceManager>
{
    // Ids of the library's catalogue: a device was replaced at start; a device failed and the next went on.
    private const int Replaced = 8003, Failed = 8005;

    // A device that fails again and again says so with another time each; nobody reads more.
    private const int MostKept = 100;

    private readonly Lock _lock = new();
    private readonly List<string> _messages = [];

    /// <summary>In the order in which they happened.</summary>
    public IReadOnlyList<string> Messages
    {
        get
        {
            lock (_lock)
                return [.. _messages];
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning || inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id is Replaced or Failed)
        {
            lock (_lock)
            {
                if (_messages.Count < MostKept)
                    _messages.Add(formatter(state, exception));
            }
        }

        if (inner.IsEnabled(logLevel))
            inner.Log(logLevel, eventId, state, exception, formatter);
    }
}
