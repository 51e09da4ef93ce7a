using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Server.Notifications;

namespace Parley.Server.Tests.Hosting;

/// <summary>The real host on a real socket, with stand-ins for engine and jobs.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private readonly TempFolder _folder;

    private RunningHost(TempFolder folder, ServerHost host, StandInEngine engine, StandInJobs jobs, CurrentOptions current)
    {
        (_folder, Host, Engine, Jobs, Current) = (folder, host, engine, jobs, current);
        Http = new HttpClient { BaseAddress = host.Address };
    }

    public ServerHost Host { get; }

    public StandInEngine Engine { get; }

    public StandInJobs Jobs { get; }

    public CurrentOptions Current { get; }

    public HttpClient Http { get; }

    public static async Task<RunningHost> StartAsync(
        Func<ServerOptions, ServerOptions>? change = null, INotifier? notifier = null, ILoggerFactory? loggers = null)
    {
        TempFolder folder = new();
        StandInEngine engine = new();
        StandInJobs jobs = new();
        ServerOptions options = Options(folder);
        options = change?.Invoke(options) ?? options;
        CurrentOptions current = new(options);
        ServerContext context = new(options, current, loggers ?? NullLoggerFactory.Instance, notifier ?? new NoNotifier(), TimeProvider.System);
        ServerRooms rooms = new() { Engine = _ => engine, Jobs = (_, _) => jobs.Room };
        ServerHost host = await ServerHost.StartAsync(context, rooms, bound: null, CancellationToken.None);
        return new RunningHost(folder, host, engine, jobs, current);
    }

    /// <summary>Any free port of this machine alone; all files in a folder.</summary>
    public static ServerOptions Options(TempFolder folder) => new()
    {
        Server = new ListenOptions { Host = "127.0.0.1", Port = 0, TempDir = folder["temp"], UploadDir = folder["uploads"], StopGraceSeconds = 1 },
        Database = new DatabaseOptions { Path = folder["parley.db"] },
        Logging = new LoggingOptions { LogDir = folder["logs"] },
        Notification = new NotificationOptions { Enabled = false },
    };

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
        _folder.Dispose();
    }
}
