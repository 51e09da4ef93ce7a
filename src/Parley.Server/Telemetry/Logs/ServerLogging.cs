using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace Parley.Server.Telemetry.Logs;

/// <summary>Where log messages go: the console, <c>funasr_server.log</c> with all of them, <c>error.log</c> with errors alone. Every line of a job names it.</summary>
internal sealed class ServerLogging : IDisposable
{
    private const string AllFile = "funasr_server.log";
    private const string ErrorFile = "error.log";

    private readonly LoggingLevelSwitch _level = new();
    private readonly Logger _logger;

    private ServerLogging(LoggingOptions options, TextWriter? console, TimeProvider time)
    {
        SetLevel(options.Level);
        LoggerConfiguration configuration = new LoggerConfiguration()
            .MinimumLevel.ControlledBy(_level)
            .Enrich.With(new LineEnricher());
        LineFormatter formatter = new(LogPattern.Translate(options.Format));
        TimeSpan retention = TimeSpan.FromDays(options.RetentionDays);
        long maxBytes = (long)options.RotationMb << 20;
        configuration.WriteTo.Sink(new RotatingFile(Path.Combine(options.LogDir, AllFile), formatter, maxBytes, retention, time));
        configuration.WriteTo.Sink(new RotatingFile(Path.Combine(options.LogDir, ErrorFile), formatter, maxBytes, retention, time), LogEventLevel.Error);
        if (console is not null)
            configuration.WriteTo.Sink(new TextWriterSink(console, formatter));
        _logger = configuration.CreateLogger();
        Loggers = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(LogLevel.Trace)
            // Frameworks tell about every request and every query; what goes wrong is enough.
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("System", LogLevel.Warning)
            // A start that fails is told in one line by the program itself.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None)
            .AddProvider(new SerilogLoggerProvider(_logger, dispose: false)));
    }

    /// <summary>Makes loggers. Dispose this, not the factory.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>Opens the log.</summary>
    /// <param name="options">Level, directory, sizes.</param>
    /// <param name="console">Where people look; null for nowhere.</param>
    /// <param name="time">The clock.</param>
    public static ServerLogging Create(LoggingOptions options, TextWriter? console, TimeProvider time)
    {
        Directory.CreateDirectory(options.LogDir);
        return new ServerLogging(options, console, time);
    }

    /// <summary>Changes the level of messages that come from now on.</summary>
    public void SetLevel(string level) => _level.MinimumLevel = level switch
    {
        "TRACE" => LogEventLevel.Verbose,
        "DEBUG" => LogEventLevel.Debug,
        "WARNING" => LogEventLevel.Warning,
        "ERROR" => LogEventLevel.Error,
        "CRITICAL" => LogEventLevel.Fatal,
        _ => LogEventLevel.Information,
    };

    public void Dispose()
    {
        Loggers.Dispose();
        _logger.Dispose();
    }
}
