using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Server.Notifications;
using Parley.Server.Tests.Hosting;

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
            Webhooks = new WebhookOptions { Secret = "a text of 24 bytes or more", AllowPrivateNetworks = true },
        };
        ServerContext server = new(options, new CurrentOptions(options), NullLoggerFactory.Instance, new NoNotifier(), TimeProvider.System);
        _host = await ServerHost.StartAsync(server, ServerRooms.Standard, bound: null, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.DisposeAsync();
        _folder.Dispose();
    }
}
