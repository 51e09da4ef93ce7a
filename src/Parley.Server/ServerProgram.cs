using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Server.Notifications;
using Parley.Server.Telemetry.Logs;

namespace Parley.Server;

/// <summary>A server with all that surrounds it: logs, notifications, and a configuration that can be read again.</summary>
internal sealed class ServerProgram : IAsyncDisposable
{
    private readonly ServerLogging _logging;
    private readonly ServerHost _host;
    private readonly ConfigurationReload _reload;

    private ServerProgram(ServerLogging logging, ServerHost host, ConfigurationReload reload) => (_logging, _host, _reload) = (logging, host, reload);

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
        ServerOptions options = configuration.Options;
        ServerLogging logging = OpenLog(options.Logging, console, time);
        try
        {
            StartBlock.Log(logging.Loggers.CreateLogger<ServerProgram>(), configuration);
            CurrentOptions current = new(options);
            current.OnChange((_, now) => logging.SetLevel(now.Logging.Level));
            ServerContext context = new(options, current, logging.Loggers, new NoNotifier(), time);
            ServerHost host = await ServerHost.StartAsync(context, rooms, cancellationToken);
            StartBlock.Write(console, configuration, host.Address);
            ConfigurationReload reload = new(request, configuration, current, (devices, cancel) => host.State.Engine.SwitchDevicesAsync(devices, cancel), logging.Loggers, time);
            return new ServerProgram(logging, host, reload);
        }
        catch
        {
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
        await _host.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _reload.DisposeAsync();
        await _host.DisposeAsync();
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
