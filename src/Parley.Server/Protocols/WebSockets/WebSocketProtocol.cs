using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Parley.Server.Auth;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Workers.Bundles;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>The WebSocket protocol of funasr_spk_server: takes handshakes on any path, counts connections, owns what they share. Safe for concurrent calls.</summary>
internal sealed class WebSocketProtocol : IDisposable
{
    private readonly ProtocolContext _context;
    private readonly MessageDispatcher _dispatcher;
    private readonly UploadSweeper _sweeper;
    private readonly CancellationTokenSource _stopping = new();
    private int _open;

    /// <exception cref="IOException">The folders of uploads cannot be made.</exception>
    public WebSocketProtocol(ServerOptions options, IJobs jobs, ILoggerFactory loggers, TimeProvider clock)
    {
        UploadFiles files = new(options, loggers.CreateLogger<UploadFiles>());
        UploadRegistry uploads = new(options, files, clock, loggers.CreateLogger<UploadRegistry>());
        ServerMessages messages = new(clock);
        ILogger logger = loggers.CreateLogger<WebSocketProtocol>();
        _context = new ProtocolContext
        {
            Bundles = new ServedBundles(options.Funasr),
            Options = options,
            Jobs = jobs,
            Uploads = uploads,
            Files = files,
            Messages = messages,
            Watches = new JobWatches(jobs, messages, options.Transcription, logger),
            Payloads = new PayloadPolicy(options, uploads, files),
            Tokens = options.Auth.Enabled ? new TokenValidator(options.Auth, clock) : null,
            Logger = logger,
            Clock = clock,
        };
        _dispatcher = new MessageDispatcher(_context);
        _sweeper = new UploadSweeper(options, uploads, files, clock);
    }

    /// <summary>Connections that are open.</summary>
    public int OpenConnections => Volatile.Read(ref _open);

    /// <summary>Uploads that are no jobs yet.</summary>
    public UploadRegistry Uploads => _context.Uploads;

    /// <summary>Files on their way in, for every door of this server.</summary>
    public UploadFiles Files => _context.Files;

    /// <summary>Whether a request wants a WebSocket, whatever its path.</summary>
    public static bool IsHandshake(HttpRequest request)
        => request.Headers.Upgrade.Any(value => value is not null && value.Split(',', StringSplitOptions.TrimEntries).Contains("websocket", StringComparer.OrdinalIgnoreCase));

    /// <summary>Answers a handshake and serves the connection to its end.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, "The WebSocket handshake is incomplete: RFC 6455, version 13.");
            return;
        }

        int limit = _context.Options.Server.MaxConnections;
        int open = Interlocked.Increment(ref _open);
        try
        {
            if (_stopping.IsCancellationRequested)
            {
                await RefuseAsync(http, StatusCodes.Status503ServiceUnavailable, "The server stops. Try again in a moment.");
            }
            else if (open > limit)
            {
                _context.Logger.ConnectionRefused(limit);
                await RefuseAsync(http, StatusCodes.Status503ServiceUnavailable, $"{limit} connections are open, which is the limit. Try again in a moment.");
            }
            else
            {
                await RunAsync(http, open);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>Closes all connections with 1001 and takes no more. Returns at once; a connection has ended when its request has.</summary>
    public void BeginStop() => _stopping.Cancel();

    /// <summary>Forgets all uploads and deletes their files. The connections have ended before.</summary>
    public void Dispose()
    {
        _sweeper.Dispose();
        _context.Uploads.Dispose();
        _context.Files.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(HttpContext http, int open)
    {
        ListenOptions options = _context.Options.Server;
        using WebSocket socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            KeepAliveInterval = options.HeartbeatIntervalSeconds > 0 ? TimeSpan.FromSeconds(options.HeartbeatIntervalSeconds) : TimeSpan.Zero,
            KeepAliveTimeout = options.ConnectionTimeoutSeconds > 0 ? TimeSpan.FromSeconds(options.ConnectionTimeoutSeconds) : Timeout.InfiniteTimeSpan,
        });
        string address = ClientAddress.Of(http.Connection.RemoteIpAddress);
        double now = _context.Clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        string id = string.Create(CultureInfo.InvariantCulture, $"{address}:{http.Connection.RemotePort}_{now:F3}");
        _context.Logger.ConnectionOpened(id, open);
        using Connection connection = new(socket, id, address, _context, _dispatcher);
        await connection.RunAsync(_stopping.Token);
    }

    private static Task RefuseAsync(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(message);
    }
}
