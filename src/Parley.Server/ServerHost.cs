using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Server.Auth;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Server.Jobs;
using Parley.Server.Notifications;
using Parley.Server.Pages;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Protocols.Origins;
using Parley.Server.Telemetry;
using Parley.Server.Telemetry.Metrics;
using Parley.Server.Telemetry.StatusApi;
using Parley.Server.Telemetry.Tracing;
using Parley.Server.Workers;
using ListenOptions = Parley.Server.Configuration.ListenOptions;

namespace Parley.Server;

/// <summary>
/// The whole server, put together: it binds the port, starts the engine and the jobs, and is there; it stops in the other order.
/// </summary>
internal sealed class ServerHost : IAsyncDisposable
{
    // Connections that may exist besides those of clients: probes, scrapers, open pages.
    private const int SpareConnections = 256;

    private static readonly TimeSpan ReadyPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);

    private readonly ServerContext _context;
    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger _logger;
    private readonly MeterHistograms _histograms = new(JobMeter.Name);
    private readonly GpuMemory _gpu;
    private Task _announcing = Task.CompletedTask;
    private Task? _stopped;

    private ServerHost(ServerContext context, ServerState state, ServerRooms rooms)
    {
        (_context, State) = (context, state);
        _logger = context.Loggers.CreateLogger<ServerHost>();
        _gpu = new GpuMemory(() => GpuMemory.CudaDeviceOf(State.Engine.Workers.SelectMany(worker => worker.Devices)), context.Time);
        _application = Build(rooms);
    }

    /// <summary>Where it listens, as people of this machine type it.</summary>
    public Uri Address { get; private set; } = new("http://localhost");

    /// <summary>How far it is.</summary>
    public ServerState State { get; }

    /// <summary>Starts; returns when jobs are taken, which is before all workers are there.</summary>
    /// <param name="context">What the rooms get.</param>
    /// <param name="rooms">The rooms.</param>
    /// <param name="bound">Told the address as soon as it is bound; null for nobody.</param>
    /// <param name="cancellationToken">Ends the start; what has begun by then is stopped.</param>
    /// <exception cref="StartupException">It cannot; the message says what to do.</exception>
    public static async Task<ServerHost> StartAsync(ServerContext context, ServerRooms rooms, Action<Uri>? bound, CancellationToken cancellationToken)
    {
        StartupCheck.MakeDirectories(context.Options);
        ITranscriptionEngine engine = new ObservedEngine(rooms.Engine(context));
        JobsRoom jobs;
        try
        {
            jobs = rooms.Jobs(context, engine);
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }

        ServerHost host = new(context, new ServerState(engine, jobs, context.Time), rooms);
        try
        {
            await host.StartAsync(bound, cancellationToken);
            return host;
        }
        catch
        {
            await host.StopAsync(new CancellationToken(canceled: true));
            throw;
        }
    }

    /// <summary>Takes no more jobs, lets running ones end for a while, says goodbye to clients, and ends the workers. A second call waits for the first.</summary>
    /// <param name="cancellationToken">Cuts the wait for running jobs short.</param>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_stopping)
            return _stopped ??= StopOnceAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true));

    private async Task StartAsync(Action<Uri>? bound, CancellationToken cancellationToken)
    {
        await BindAsync(cancellationToken);
        bound?.Invoke(Address);
        _logger.Listening(Address.ToString());
        await State.Engine.StartAsync(cancellationToken);
        await State.Jobs.StartAsync(cancellationToken);
        State.Enter(ServerPhase.Running);
        ServerOptions options = _context.Options;
        _context.Notifier.Notify(new Notice.ServerStarted(Address.Authority, State.Engine.Slots, options.Auth.Enabled));
        _announcing = AnnounceReadyAsync();
    }

    private async Task BindAsync(CancellationToken cancellationToken)
    {
        ListenOptions listen = _context.Options.Server;
        try
        {
            await _application.StartAsync(cancellationToken);
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException or InvalidOperationException)
        {
            throw new StartupException(StartupCheck.PortTaken(listen, error), error);
        }

        string bound = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Address = new Uri($"http://{ListenAddress.ForPeople(listen.Host, new Uri(bound).Port)}/");
    }

    private WebApplication Build(ServerRooms rooms)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(_context.Loggers);
        builder.Services.AddSingleton<IHostLifetime, NoHostLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = CloseLimit);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        WebApplication application = builder.Build();
        application.UseCrossOriginRule(() => _context.Current.Value.Server.AllowedOrigins);
        application.UsePhaseGate(State);
        ServerOptions options = _context.Options;
        ProtocolDoors doors = rooms.Protocols(application, _context, State.Jobs.Jobs);
        StatusDocument status = new(State, options, _gpu, doors.Figures);
        doors.Api.Get("/status", async request =>
        {
            await status.PrepareAsync();
            await ApiAnswer.JsonAsync(request.Http, status.Write);
        });
        application.MapHealth(State, options.Observability.MetricsEnabled);
        if (options.Observability.MetricsEnabled)
            application.MapMetrics(new MetricsText(State, _histograms, options.Transcription.DefaultEngine, _gpu, doors.Figures), _context.Current);
        application.MapPage();
        TokenValidator? tokens = options.Auth.Enabled ? new TokenValidator(options.Auth, _context.Time) : null;
        application.MapDeviceSwitch(State, _context, async token => tokens is not null && (await tokens.CheckAsync(token)).User is not null);
        application.MapEverythingElse();
        return application;
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        ListenOptions listen = _context.Options.Server;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = listen.MaxConnections + SpareConnections;
        // A file of the largest size, and the fields around it.
        kestrel.Limits.MaxRequestBodySize = (listen.MaxFileSizeMb + 1L) << 20;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
        foreach (IPAddress address in ListenAddress.Resolve(listen.Host))
            kestrel.Listen(address, listen.Port, endpoint => endpoint.Protocols = HttpProtocols.Http1);
    }

    private async Task AnnounceReadyAsync()
    {
        try
        {
            while (!State.WasReady)
                await Task.Delay(ReadyPoll, _context.Time, _stopping.Token);
            _logger.Ready(State.Uptime.TotalSeconds, WorkersForPeople());
        }
        catch (OperationCanceledException)
        {
            // It was stopped before it was ready.
        }
    }

    private string WorkersForPeople()
    {
        string[] devices = [.. State.Engine.Workers.Where(worker => worker.Devices.Count > 0).Select(worker => string.Join(", ", worker.Devices)).Distinct(StringComparer.Ordinal)];
        return $"{State.Engine.Slots} at once{(devices.Length == 0 ? "" : $" on {string.Join("; ", devices)}")}";
    }

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        bool wasRunning = State.Phase == ServerPhase.Running;
        int grace = _context.Options.Server.StopGraceSeconds;
        _logger.Stopping(cancellationToken.IsCancellationRequested ? 0 : grace);
        State.Enter(ServerPhase.Stopping);
        await _stopping.CancelAsync();
        await _announcing;
        bool isClean = await StepAsync("The queue", () => State.Jobs.StopAsync(cancellationToken));
        isClean &= await StepAsync("The listener", () => _application.StopAsync(CancellationToken.None));
        isClean &= await StepAsync("The engine", async () => await State.Engine.DisposeAsync());
        isClean &= await StepAsync("The database", async () => await State.Jobs.DisposeAsync());
        await _application.DisposeAsync();
        await _gpu.DisposeAsync();
        _histograms.Dispose();
        if (wasRunning)
            _context.Notifier.Notify(new Notice.ServerStopped(isClean));
        _logger.Stopped(State.Uptime.TotalSeconds);
        _stopping.Dispose();
    }

    // One part that fails to stop must not keep the others from stopping.
    private async Task<bool> StepAsync(string step, Func<Task> stop)
    {
        try
        {
            await stop();
            return true;
        }
        catch (Exception error)
        {
            _logger.StopFailed(error, step);
            return false;
        }
    }
}
