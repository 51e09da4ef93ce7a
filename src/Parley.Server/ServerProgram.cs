using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Server.Jobs;
using Parley.Server.Notifications;
using Parley.Server.Telemetry;
using Parley.Server.Telemetry.Logs;
using Parley.Server.Telemetry.Tracing;

namespace Parley.Server;

/// <summary>A server with all that surrounds it: logs, notifications, and a configuration that can be read again.</summary>
internal sealed class ServerProgram : IAsyncDisposable
{
    // Writes to disk and database block a thread for moments; a burst of connections must not wait until the pool has grown.
    private const int MoreThreads = 32;

    private readonly ServerLogging _logging;
    private readonly ServerHost _host;
    private readonly ConfigurationReload _reload;

    private readonly WeComNotifier? _robot;
    private readonly OtlpExport? _export;
    private readonly AlertWatch _alerts;

    private ServerProgram(
        ServerLogging logging, WeComNotifier? robot, ServerHost host, ServerContext context, ConfigurationRequest request, EffectiveConfiguration configuration)
    {
        (_logging, _robot, _host) = (logging, robot, host);
        CurrentOptions current = context.Current;
        if (configuration.Options.Observability.OtlpEndpoint is { } endpoint)
            _export = new OtlpExport(new Uri(endpoint), JobMeter.Name, host.State);
        _alerts = new AlertWatch(() => current.Value, () => host.State.Jobs.Jobs.Figures, () => HealthPages.StatusOf(host.State), context.Notifier, context.Loggers, context.Time);
        _reload = new ConfigurationReload(request, configuration, current, (devices, cancel) => host.State.Engine.SwitchDevicesAsync(devices, cancel), context.Loggers, context.Time);
    }

    public ServerHost Host => _host;

    /// <summary>Starts everything.</summary>
    /// <param name="configuration">Without errors.</param>
    /// <param name="request">Where it came from, to read it again.</param>
    /// <param name="console">Where people look.</param>
    /// <param name="rooms">The rooms.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="StartupException">It cannot start; the message says what to do.</exception>
    public static async Task<ServerProgram> StartAsync(
        EffectiveConfiguration configuration, ConfigurationRequest request, TextWriter console, ServerRooms rooms, TimeProvider time, CancellationToken cancellationToken)
    {
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(workers + MoreThreads, completions);
        ServerOptions options = configuration.Options;
        ServerLogging logging = OpenLog(options.Logging, console, time);
        WeComNotifier? robot = null;
        try
        {
            StartBlock.Log(logging.Loggers.CreateLogger<ServerProgram>(), configuration);
            CurrentOptions current = new(options);
            current.OnChange((_, now) => logging.SetLevel(now.Logging.Level));
            robot = options.Notification.Enabled ? new WeComNotifier(() => current.Value, MachineName.Find(), logging.Loggers, time) : null;
            ServerContext context = new(options, current, logging.Loggers, robot ?? (INotifier)new NoNotifier(), time);
            ServerHost host = await ServerHost.StartAsync(context, rooms, address => StartBlock.Write(console, configuration, address), cancellationToken);
            return new ServerProgram(logging, robot, host, context, request, configuration);
        }
        catch
        {
            if (robot is not null)
                await robot.DisposeAsync();
            logging.Dispose();
            throw;
        }
    }

    /// <summary>Reads the configuration again, soon.</summary>
    public void Reload() => _reload.Request("SIGHUP");

    /// <summary>Stops cleanly: running jobs get their grace.</summary>
    public async Task StopAsync()
    {
        await _reload.DisposeAsync();
        await _alerts.DisposeAsync();
        await _host.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _reload.DisposeAsync();
        await _alerts.DisposeAsync();
        await _host.DisposeAsync();
        _export?.Dispose();
        if (_robot is not null)
            await _robot.DisposeAsync();
        _logging.Dispose();
    }

    private static ServerLogging OpenLog(LoggingOptions options, TextWriter console, TimeProvider time)
    {
        try
        {
            return ServerLogging.Create(options, console, time);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"logging.log_dir: cannot write to {options.LogDir}: {error.Message} Give the server's user the right to, or name another directory.", error);
        }
    }
}
