using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Server.Jobs;
using Parley.Server.Protocols.OpenAi;
using Parley.Server.Protocols.WebSockets;
using Parley.Server.Tests.Hosting;
using Parley.Server.Workers;

namespace Parley.Server.Tests.OpenAi;

/// <summary>A whole server with the shipped models on a loopback port; in lock mode, so that it is there within a second or two.</summary>
public sealed class LiveServer : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ServerHost? _host;

    /// <summary>What applications set as their base URL.</summary>
    public Uri BaseUrl => new(_host!.Address, "v1");

    public async ValueTask InitializeAsync()
    {
        ServerOptions options = RunningHost.Options(_folder) with
        {
            Funasr = new ModelOptions { ModelDir = Path.Combine(TestPaths.Root, "models"), Devices = new Inference.Devices.DeviceOptions { Device = "cpu" } },
            Transcription = new TranscriptionOptions { ConcurrencyMode = ConcurrencyMode.Lock },
        };
        ServerRooms rooms = new()
        {
            Engine = context => new LockEngine(context.Options),
            Jobs = (context, engine) =>
            {
                JobService jobs = JobService.Open(() => context.Current.Value, engine, context.Notifier);
                return new JobsRoom { Jobs = jobs, StartAsync = jobs.StartAsync, StopAsync = jobs.StopAsync, DisposeAsync = jobs.DisposeAsync };
            },
            Protocols = (application, context, jobs) =>
            {
                WebSocketProtocol protocol = application.UseParleyWebSockets(context.Options, jobs, context.Loggers, context.Time);
                application.MapParleyOpenAi(context.Options, jobs, protocol.Files, context.Loggers, context.Time);
            },
        };
        ServerContext server = new(options, new CurrentOptions(options), NullLoggerFactory.Instance, new Notifications.NoNotifier(), TimeProvider.System);
        _host = await ServerHost.StartAsync(server, rooms, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.DisposeAsync();
        _folder.Dispose();
    }
}
